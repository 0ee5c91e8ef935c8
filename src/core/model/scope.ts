/** What of a catalog is a project's business: not the facts about the superuser under whom a shadow was filled. */
import { type Catalog, keptOf } from './catalog.ts';
import type { Entry } from './entry.ts';
import { type Id, objectOf } from './id.ts';

/**
 * @param superuser the role that a shadow's objects belong to unless somebody says otherwise. Who owns such an object
 * in a real database is whoever applies the migrations, so the catalog says nothing about it.
 */
export function withoutSuperuser(of: Catalog, superuser: string): Catalog {
  const about = ({ id, attrs, aside }: Entry): boolean => {
    switch (id.kind) {
      case 'role':
        return id.name === superuser;
      case 'owner':
        return attrs['role'] === superuser;
      case 'grant':
        return id.to === superuser;
      // What it lacks of an identity column's sequence; what of an extension's, the SQL has taken.
      case 'revoke':
        return id.to === superuser && aside !== undefined;
      case 'comment':
      case 'security-label':
        return id.on.kind === 'role' && id.on.name === superuser;
      case 'role-setting':
      case 'database-setting':
        return id.role === superuser;
      case 'membership':
        return id.member === superuser || id.role === superuser;
      case 'default-privilege':
        return id.role === superuser || id.to === superuser;
      default:
        return false;
    }
  };
  return keptOf(
    of,
    (entry) => !about(entry),
    // What is bundled besides is about no role.
    ({ texts }, kinds) =>
      kinds.has('grant') && texts.some((text) => text.includes(superuser)) ? 'opens' : 'stays',
  );
}

/** @returns whether it is about what no plan makes: data, and the disks of a server. Another database has others. */
export function isBesides(id: Id): boolean {
  const { kind } = objectOf(id);
  return kind === 'large-object' || kind === 'named-tablespace';
}
