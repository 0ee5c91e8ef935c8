/** Privileges that no declaration asks for and that are yet as the manifest wants them: they follow from what it declares. */
import { objectsByDomain, parentOf, rootOf } from '../../manifest/resolve/domain-objects.ts';
import { domainOf } from '../../manifest/domain-of.ts';
import { carriesGrants, expectGrant } from '../../manifest/resolve/grants.ts';
import { wholeOf } from '../../model/catalog.ts';
import type { DefaultPrivilegeId, GrantId, Id } from '../../model/id.ts';
import { keyOf } from '../../model/id.ts';
import { clusterHistory } from '../../migration/history.ts';
import type { LiveInput } from '../input.ts';
import { letsIn } from './cannot-connect.ts';

/** @returns what a grant follows from: a partition's from its parent's, a sequence's from the default privileges, a login's CONNECT from its being one; with whether it may be passed on. */
export function followsFromDeclared(
  input: LiveInput,
  id: GrantId,
): { readonly grantable: boolean } | undefined {
  const { on, to, privilege } = id;
  const plain = { grantable: false };
  const declared = (wanted: Id) => {
    const found = input.expected.get(keyOf(wanted));
    return found && { grantable: found.entry.attrs['grantable'] === true };
  };
  // Every database begins so (initdb); who takes it away says so in SQL of his own.
  if (on.kind === 'schema' && on.name === 'public' && to === 'public' && privilege === 'usage') return plain;
  // Whoever is to tell the drift must be able to read what is applied.
  if (on.kind === 'schema' && on.name === clusterHistory.schema && privilege === 'usage') return plain;
  if (on.kind === 'schema') return undefined;
  if (on.kind === 'database') return privilege === 'connect' && letsIn(input, to) ? plain : undefined;
  const relation = wholeOf(input.live, on);
  if (relation.kind === 'table') {
    if (parentOf(input.live, relation) === undefined) return undefined;
    const domain = domainOf(input.manifest, input.database, relation);
    if (domain !== undefined && !carriesGrants(input.live, domain, relation)) return undefined;
    const root = rootOf(input.live, relation);
    const above = on.kind === 'column' ? { ...on, schema: root.schema, table: root.name } : root;
    return declared({ kind: 'grant', on: above, to, privilege });
  }
  if (relation.kind !== 'sequence') return undefined;
  const owner = input.access.ownerOf(relation);
  return owner === undefined
    ? undefined
    : declared({
        kind: 'default-privilege',
        role: owner,
        schema: relation.schema,
        objects: 'sequences',
        to,
        privilege,
      });
}

/** @returns whether default privileges of another role than the declared owner give what a declaration gives: its objects are then granted alike. */
export function foreseenFor(input: LiveInput, id: DefaultPrivilegeId): boolean {
  const { manifest, database, live } = input;
  const declarations = (id.to === 'public' ? undefined : manifest.roles.get(id.to)?.grants) ?? [];
  const domains = [...manifest.domains.values()]
    .filter((domain) => domain.schema === id.schema && domain.database === database)
    .map((domain) => ({ ...domain, owner: id.role }));
  const objects = objectsByDomain(manifest, live, database, domains);
  for (const declaration of id.to === 'public' ? manifest.public : declarations)
    for (const { entry } of expectGrant({ catalog: live, objects }, declaration, id.to))
      if (keyOf(entry.id) === keyOf(id)) return true;
  return false;
}
