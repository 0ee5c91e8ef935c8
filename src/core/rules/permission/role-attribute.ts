import { type RoleAttributes, flags } from '../../kinds/role.ts';
import type { RoleSettingAttributes } from '../../kinds/role-setting.ts';
import { entriesOf, find } from '../../model/catalog.ts';
import type { Entry, EntryOf } from '../../model/entry.ts';
import type { Found, Rule } from '../../model/finding.ts';
import { type RoleId, type RoleSettingId, keyOf } from '../../model/id.ts';
import { identifier } from '../../../sql/quote.ts';
import { sqlToAlter, sqlToCreate, sqlToDrop } from '../fix.ts';
import type { LiveInput } from '../input.ts';
import { exists, standingOf } from './who.ts';

export const roleAttribute: Rule<LiveInput> = {
  name: 'permission/role-attribute',
  severity: 'error',
  summary: 'a role has other attributes or settings than the manifest declares',
  why: 'SUPERUSER, BYPASSRLS or CREATEROLE undo every grant; a lost connection limit or timeout lets one role starve the rest.',
  *check(input) {
    for (const { entry, because } of input.expected.unsettled()) {
      const path = because.as === 'role' ? { path: because.path } : {};
      if (entry.id.kind === 'role')
        for (const found of attributes(input, entry as unknown as Entry<RoleId, RoleAttributes>))
          yield { ...found, ...path };
      else if (entry.id.kind === 'role-setting' && exists(input, entry.id.role)) {
        const found = setting(input, entry as unknown as Entry<RoleSettingId, RoleSettingAttributes>);
        if (found !== undefined) yield { ...found, ...path };
      }
    }
    for (const entry of entriesOf<'role-setting', RoleSettingAttributes>(input.live, 'role-setting')) {
      const { id, attrs } = entry;
      if (standingOf(input, id.role) !== 'declared' || input.expected.has(keyOf(id))) continue;
      yield {
        domain: null,
        ofServer: true,
        subject: identifier(id.role),
        discriminator: `setting ${id.name}`,
        message: `role ${identifier(id.role)} sets ${id.name} to ${attrs.value}, which the manifest does not declare`,
        help: `Reset it, or declare it under roles.${id.role}.settings.`,
        fix: sqlToDrop([{ id, attrs: { ...attrs } }], input.live),
        path: input.manifest.roles.get(id.role)!.path,
      };
    }
  },
};

const words: Readonly<Record<keyof RoleAttributes, string>> = {
  ...flags,
  connectionLimit: 'CONNECTION LIMIT',
  validUntil: 'VALID UNTIL',
};

function* attributes(
  { live }: LiveInput,
  { id, attrs: wanted }: Entry<RoleId, RoleAttributes>,
): Generator<Found> {
  const before: EntryOf<'role', RoleAttributes> | undefined = find(live, id);
  if (before === undefined) return;
  for (const attr of Object.keys(words) as (keyof RoleAttributes)[]) {
    const is = before.attrs[attr];
    const should = wanted[attr];
    if (attr === 'validUntil' ? sameTime(is, should) : is === should) continue;
    const name = identifier(id.name);
    const one = { ...before.attrs, [attr]: should };
    yield {
      domain: null,
      ofServer: true,
      subject: name,
      discriminator: `attribute ${attr}`,
      message: `role ${name} has ${attributeInWords(attr, is)}; the manifest declares ${attributeInWords(attr, should)}`,
      consequence: meaning(attr, name, is),
      help: 'Alter the role, or declare what it is.',
      fix: sqlToAlter({ id, attrs: { ...before.attrs } }, { id, attrs: one }, live),
    };
  }
}

/** What an attribute gives its role, or what it takes from it not to have it. */
function meaning(attr: keyof RoleAttributes, role: string, is: unknown): string | undefined {
  const what: Partial<Record<keyof RoleAttributes, string>> = {
    superuser: 'do anything: no privilege and no policy holds it back',
    createRole: 'make roles, and alter and grant those that it administers (before 16: all but superusers)',
    createDatabase: 'make databases',
    login: 'connect',
    replication: 'read everything that is written, by replication',
    bypassRls: 'see and change rows that policies keep from it',
    inherit: 'use what it is a member of without SET ROLE',
  };
  const text = what[attr];
  return text === undefined ? undefined : `${role} ${is === true ? 'may' : 'may not'} ${text}`;
}

function attributeInWords(attr: keyof RoleAttributes, value: RoleAttributes[keyof RoleAttributes]): string {
  if (typeof value === 'boolean') return `${value ? '' : 'NO'}${words[attr]}`;
  if (value === null || value === -1) return `no ${words[attr]}`;
  return `${words[attr]} ${value}`;
}

const sameTime = (a: unknown, b: unknown) =>
  a === b || (typeof a === 'string' && typeof b === 'string' && Date.parse(a) === Date.parse(b));

function setting(
  { live }: LiveInput,
  { id, attrs }: Entry<RoleSettingId, RoleSettingAttributes>,
): Found | undefined {
  const before: EntryOf<'role-setting', RoleSettingAttributes> | undefined = find(live, id);
  if (before?.attrs.value === attrs.value) return undefined;
  const name = identifier(id.role);
  const is = before === undefined ? `does not set ${id.name}` : `sets ${id.name} to ${before.attrs.value}`;
  return {
    domain: null,
    ofServer: true,
    subject: name,
    discriminator: `setting ${id.name}`,
    message: `role ${name} ${is}; the manifest declares ${attrs.value}`,
    help: 'Set it, or declare what it is.',
    fix: sqlToCreate([{ id, attrs: { ...attrs } }], live),
  };
}
