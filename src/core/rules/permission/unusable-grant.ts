import { find } from '../../model/catalog.ts';
import type { Rule } from '../../model/finding.ts';
import { type GrantId, isType, keyOf, schemaOf } from '../../model/id.ts';
import { identifier } from '../../../sql/quote.ts';
import { sqlToCreate } from '../fix.ts';
import { groupBy } from '../group-by.ts';
import type { LiveInput } from '../input.ts';
import { describeGrants, granteeName } from '../wording.ts';
import { liveGrants } from './live-grants.ts';
import { standingOf } from './who.ts';

export const unusableGrant: Rule<LiveInput> = {
  name: 'permission/unusable-grant',
  severity: 'warning',
  summary: 'a role holds privileges in a schema that it has no USAGE on',
  why: 'Without USAGE on the schema the privileges in it do nothing: every statement fails with “permission denied for schema”.',
  *check(input) {
    const { live, access } = input;
    const useless: { id: GrantId; schema: string; domain: string }[] = [];
    for (const { entry, domain } of liveGrants(input)) {
      const { id } = entry;
      const schema = schemaOf(id.on);
      if (domain === undefined || schema === undefined || id.on.kind === 'schema') continue;
      // Types are usable by everybody, and a privilege that nobody should hold is not to be made usable.
      if (isType(id.on) || id.to === 'public' || standingOf(input, id.to) !== 'declared') continue;
      if (!input.expected.has(keyOf(id))) continue;
      const usage: GrantId = {
        kind: 'grant',
        on: { kind: 'schema', name: schema },
        to: id.to,
        privilege: 'usage',
      };
      // Where the manifest grants it, its absence is told as such.
      if (input.expected.get(keyOf(usage))?.because.as === 'grant' && find(live, usage) === undefined)
        continue;
      const users = [id.to, ...access.memberships.inheritorsOf(id.to)];
      if (users.some((role) => access.holds(role, 'usage', usage.on))) continue;
      useless.push({ id, schema, domain: domain.name });
    }
    for (const group of groupBy(useless, ({ id, schema }) => `${id.to}\0${schema}`)) {
      const { id, schema, domain } = group[0]!;
      const on = { kind: 'schema', name: schema } as const;
      const ids = group.map((each) => each.id);
      yield {
        domain,
        subject: identifier(schema),
        discriminator: identifier(id.to),
        message: `${granteeName(id.to)} has no usage on schema ${identifier(schema)}, so ${describeGrants(ids, live.serverVersion)} do nothing`,
        help: 'Grant USAGE on the schema, or revoke the rest.',
        fix: sqlToCreate(
          [{ id: { kind: 'grant', on, to: id.to, privilege: 'usage' }, attrs: { grantable: false } }],
          live,
        ),
        path: input.manifest.roles.get(id.to)!.path,
      };
    }
  },
};
