import type { RoleSettingAttributes } from '../../kinds/role-setting.ts';
import { entriesOf, find } from '../../model/catalog.ts';
import type { EntryOf } from '../../model/entry.ts';
import type { Found, Rule } from '../../model/finding.ts';
import { keyOf } from '../../model/id.ts';
import { identifier } from '../../../sql/quote.ts';
import { sqlToCreate, sqlToDrop } from '../fix.ts';
import { severityFor } from '../permission/who.ts';
import type { LiveInput } from '../input.ts';

type Setting = EntryOf<'database-setting', RoleSettingAttributes>;

export const setting: Rule<LiveInput> = {
  name: 'drift/setting',
  severity: 'error',
  summary: 'sessions in the database begin with other settings than the applied migrations made',
  why: 'A search_path, a timeout or row_security that was set by hand changes what every statement means, and no file shows it.',
  *check(input) {
    const { live, expected, applied, isNothingApplied } = input;
    if (applied === undefined || isNothingApplied === true) return;
    for (const { entry } of expected.unsettled()) {
      if (entry.id.kind !== 'database-setting') continue;
      const wanted = entry as unknown as Setting;
      const is = find<Setting['id'], RoleSettingAttributes>(live, wanted.id);
      if (is?.attrs.value !== wanted.attrs.value) yield* told(input, is, wanted);
    }
    for (const is of entriesOf<'database-setting', RoleSettingAttributes>(live, 'database-setting'))
      if (!expected.has(keyOf(is.id))) yield* told(input, is, undefined);
  },
};

function* told(input: LiveInput, is: Setting | undefined, wanted: Setting | undefined): Generator<Found> {
  const { role, name } = (is ?? wanted)!.id;
  const severity = role === null ? undefined : severityFor(input, role);
  if (role !== null && severity === undefined) return;
  const whose =
    role === null ? 'every session in the database' : `a session of ${identifier(role)} in the database`;
  const value = (entry: Setting | undefined) => (entry === undefined ? 'none' : entry.attrs.value || "''");
  yield {
    domain: null,
    subject: role === null ? 'database' : identifier(role),
    discriminator: `setting ${name} in the database`,
    message: `${whose} begins with ${name} ${value(is)}; the applied migrations have ${value(wanted)}`,
    help: 'Put it back, or bring the change into a migration.',
    ...(severity === undefined ? {} : { severity }),
    fix:
      wanted === undefined
        ? sqlToDrop([{ id: is!.id, attrs: { ...is!.attrs } }], input.live)
        : sqlToCreate([{ id: wanted.id, attrs: { ...wanted.attrs } }], input.live),
  };
}
