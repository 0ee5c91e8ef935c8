import { domainsIn } from '../../manifest/domain-of.ts';
import { entriesOf, find } from '../../model/catalog.ts';
import type { Rule } from '../../model/finding.ts';
import type { SchemaId } from '../../model/id.ts';
import { identifier } from '../../../sql/quote.ts';
import type { LiveInput } from '../input.ts';

export const unreachableDomain: Rule<LiveInput> = {
  name: 'permission/unreachable-domain',
  severity: 'warning',
  summary: 'nobody but its owner and superusers can use a domain’s schema',
  why: 'Either an application fails at its first statement, or it runs as the owner or a superuser.',
  *check(input) {
    const { manifest, database, live, access, expected, objects } = input;
    const domains = domainsIn(manifest, database);
    const roles = [...entriesOf(live, 'role')].map(({ id }) => id.name);
    const granted = new Set<string>();
    for (const { entry, because } of expected.unsettled()) {
      const { id } = entry;
      if (
        because.as === 'grant' &&
        id.kind === 'grant' &&
        id.privilege === 'usage' &&
        id.on.kind === 'schema'
      )
        granted.add(id.on.name);
    }
    for (const domain of domains) {
      const on: SchemaId = { kind: 'schema', name: domain.schema };
      if (find(live, on) === undefined) continue;
      // What the manifest grants and the database lacks is told as missing.
      const isGranted = granted.has(domain.schema);
      const owner = access.ownerOf(on);
      const mayUse = (role: string) =>
        role !== owner && !access.isSuperuser(role) && access.holds(role, 'usage', on);
      // Whoever was granted it is asked first.
      const grantees = [...(access.aclOf(on).get('usage')?.keys() ?? [])];
      const usable = grantees.some(mayUse) || [...roles, 'public'].some(mayUse);
      if (isGranted || usable) continue;
      const empty = objects.get(domain.name)!.relations.length === 0;
      yield {
        domain: domain.name,
        subject: identifier(domain.schema),
        message: `nobody but ${owner === undefined ? 'superusers' : `${identifier(owner)}, its owner, and superusers`} can use schema ${identifier(domain.schema)}: no role is granted anything there`,
        help: `Declare who may use it, under roles.<name>.grants: { on: ${domain.name}, privileges: read }.`,
        // Before its first table a domain has nothing that anybody could miss.
        ...(empty ? { severity: 'info' as const } : {}),
        path: ['domains', domain.name],
      };
    }
  },
};
