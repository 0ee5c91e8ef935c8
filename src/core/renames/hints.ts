/** Renames that the manifest tells of: `renamed_from`. A hint that has had its effect is let be. */
import { domainsIn } from '../manifest/domain-of.ts';
import type { Manifest, ManifestPath, RenameHint } from '../manifest/manifest.ts';
import type { Catalog } from '../model/catalog.ts';
import { type Id, keyOf, nameOf, objectOf } from '../model/id.ts';
import type { Problem } from '../model/problem.ts';
import { type Rename, type Renamable, isOnTable } from './rename.ts';

export interface HintedRenames {
  /** Those that lie in schemas first, then those on tables. */
  readonly renames: readonly Rename[];
  /** Hints that cannot be followed, with their places in the manifest. */
  readonly problems: readonly (Problem & { readonly at: ManifestPath })[];
}

/** @param from what is there. @param to what is wanted. */
export function hintedRenames(
  manifest: Manifest,
  database: string,
  from: Catalog,
  to: Catalog,
): HintedRenames {
  const renames: Rename[] = [];
  const problems: (Problem & { readonly at: ManifestPath })[] = [];
  const schemas = new Map(domainsIn(manifest, database).map(({ name, schema }) => [name, schema]));
  const hints = domainsIn(manifest, database).flatMap((domain) =>
    domain.renames.map((hint) => ({ schema: domain.schema, hint })),
  );
  const follow = (schema: string, hint: RenameHint, onTables: boolean): void => {
    const [first, second, ...rest] = hint.name.split('.');
    if ((second !== undefined) !== onTables) return;
    const parts = hint.from.split('.');
    const malformed =
      rest.length > 0 || first === '' || second === '' || parts.length > 2 || parts.includes('');
    if (malformed || (onTables && parts.length > 1 && parts[0] !== first)) {
      problems.push({
        at: hint.path,
        message: `renamed_from: ${hint.from} is no earlier name of ${hint.name}`,
        help: 'Write the earlier name, or domain.name for what lay in another domain.',
      });
      return;
    }
    const wanted = [...to.entries.values()].filter(
      ({ id }) =>
        objectOf(id).kind !== 'role' && isNamed(id, schema, first!, second) && !from.entries.has(keyOf(id)),
    );
    for (const { id } of wanted) {
      const after = id as Renamable;
      const place = onTables ? schema : parts.length === 1 ? schema : schemas.get(parts[0]!);
      if (place === undefined) {
        problems.push({
          at: hint.path,
          message: `renamed_from: ${hint.from}: there is no domain ${parts[0]} in this database`,
          help: 'Name a domain of the same database: a table cannot be moved to another by renaming it.',
        });
        continue;
      }
      const before: Renamable = { ...after, schema: place, name: parts.at(-1)! };
      // On a table that is renamed too, it still has its old place.
      const then = isOnTable(before) ? placeBefore(before, renames) : before;
      if (from.entries.has(keyOf(then)) && !to.entries.has(keyOf(before))) renames.push({ before, after });
    }
  };
  for (const onTables of [false, true]) for (const { schema, hint } of hints) follow(schema, hint, onTables);
  return { renames, problems };
}

/** Whether an id is an object of that name in the schema, or what is so called on that table. */
function isNamed(id: Id, schema: string, first: string, second: string | undefined): boolean {
  if (!('schema' in id) || id.schema !== schema || !('name' in id)) return false;
  if (second !== undefined)
    return (
      (id.kind === 'column' ||
        id.kind === 'constraint' ||
        id.kind === 'trigger' ||
        id.kind === 'policy' ||
        id.kind === 'rule') &&
      id.table === first &&
      id.name === second
    );
  if (objectOf(id) !== id) return false;
  const routine = id.kind === 'function' || id.kind === 'aggregate';
  return id.name === first || (routine && `${id.name}(${id.args})` === first);
}

/** @returns the id under its table's earlier name. */
export function placeBefore(
  id: Extract<Renamable, { readonly table: string }>,
  renames: readonly Rename[],
): Renamable {
  const moved = renames.find(
    ({ after }) =>
      !isOnTable(after) && after.schema === id.schema && after.name === id.table && after.kind === 'table',
  );
  return moved === undefined ? id : { ...id, schema: moved.before.schema, table: moved.before.name };
}

/** @returns for messages: `orders.total, until now orders.amount`. */
export const describeRename = ({ before, after }: Rename): string =>
  `${nameOf(after)}, until now ${nameOf(before)}`;
