import { parentOf } from '../../manifest/resolve/domain-objects.ts';
import type { Rule } from '../../model/finding.ts';
import { type GrantId, keyOf } from '../../model/id.ts';
import { identifier } from '../../../sql/quote.ts';
import { groupBy } from '../group-by.ts';
import type { LiveInput } from '../input.ts';
import { grantedOn, listOf, subjectOf } from '../wording.ts';
import { liveGrants } from './live-grants.ts';
import { standingOf } from './who.ts';

export const insertReturning: Rule<LiveInput> = {
  name: 'permission/insert-returning',
  severity: 'info',
  summary: 'a role may insert into a table and read nothing of it',
  why: 'INSERT … RETURNING, which object-relational mappers write to learn a generated key, needs SELECT on what it returns, and fails.',
  *check(input) {
    const { live, access } = input;
    const readable = new Set<string>();
    for (const { id } of input.settled.others())
      if (id.on.kind === 'column' && id.privilege === 'select')
        readable.add(`${id.to}\0${id.on.schema}\0${id.on.table}`);
    const readsSomeOf = (role: string, { on }: GrantId): boolean =>
      'schema' in on &&
      'name' in on &&
      [role, 'public', ...access.memberships.inheritedBy(role)].some((each) =>
        readable.has(`${each}\0${on.schema}\0${on.name}`),
      );
    const blind: { id: GrantId; domain: string | null }[] = [];
    for (const { entry, domain } of liveGrants(input)) {
      const { id } = entry;
      if (id.privilege !== 'insert' || (id.on.kind !== 'table' && id.on.kind !== 'view')) continue;
      if (standingOf(input, id.to) !== 'declared' || !input.expected.has(keyOf(id))) continue;
      // Statements name the table on top; its partitions follow.
      if (parentOf(live, id.on) !== undefined) continue;
      // What the manifest grants and the database lacks is told as missing.
      if (input.expected.has(keyOf({ ...id, privilege: 'select' }))) continue;
      if (access.holds(id.to, 'select', id.on) || readsSomeOf(id.to, id)) continue;
      blind.push({ id, domain: domain?.name ?? null });
    }
    for (const group of groupBy(blind, ({ id, domain }) => `${id.to}\0${domain ?? ''}`)) {
      const { id, domain } = group[0]!;
      const ids = group.map((each) => each.id);
      yield {
        domain,
        subject: subjectOf(ids),
        discriminator: identifier(id.to),
        message: `${identifier(id.to)} may insert into ${listOf(ids.map(({ on }) => grantedOn(on)))} and read no column of ${ids.length === 1 ? 'it' : 'them'}: INSERT … RETURNING fails`,
        help: `Leave RETURNING out, or declare what it may return: { on: "${domain ?? ''}.${ids[0]!.on.kind === 'table' || ids[0]!.on.kind === 'view' ? ids[0]!.on.name : ''}(id)", privileges: [select] }.`,
        path: input.manifest.roles.get(id.to)!.path,
      };
    }
  },
};
