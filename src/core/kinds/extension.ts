/** Extensions: what they contain is theirs. Privileges on it that differ from what they came with are entries of their own. */
import { identifier, literal } from '../../sql/quote.ts';
import { type Catalog, edgeIndex } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { type ExtensionId, keyOf, nameOf } from '../model/id.ts';
import { inputError } from '../model/problem.ts';
import { draft, type Draft, type Kind } from './kind.ts';

export type ExtensionAttributes = {
  readonly schema: string;
  readonly version: string;
};
/** What the server says of it besides. */
export type ExtensionAside = {
  /** Its version is the server's default: what CREATE EXTENSION makes when told none. */
  readonly isDefault: boolean;
  readonly relocatable: boolean;
  /** Whether it keeps rows in tables of its own. */
  readonly hasTables: boolean;
};

const asideOf = (entry: Entry<ExtensionId, ExtensionAttributes>): Partial<ExtensionAside> =>
  entry.aside ?? {};

export const extension: Kind<ExtensionId, ExtensionAttributes> = {
  name: 'extension',
  rank: 25,
  references: ({ attrs }) => [{ to: { kind: 'schema', name: attrs.schema }, type: 'normal' }],
  create(entry) {
    const { id, attrs } = entry;
    const version = asideOf(entry).isDefault === true ? '' : ` VERSION ${literal(attrs.version)}`;
    return [
      draft(`CREATE EXTENSION ${identifier(id.name)} SCHEMA ${identifier(attrs.schema)}${version}`, {
        produces: [keyOf(id)],
      }),
    ];
  },
  drop(entry) {
    const { id } = entry;
    const name = identifier(id.name);
    return [
      draft(`DROP EXTENSION ${name}`, {
        destroys: [keyOf(id)],
        hazards:
          asideOf(entry).hasTables === true
            ? [
                {
                  name: 'data-loss',
                  object: name,
                  detail: 'drops the tables of the extension and their rows',
                },
              ]
            : [],
      }),
    ];
  },
  alter(changes, before, after, { from }) {
    const { id, attrs } = after;
    const isMoved = changes.some(({ attr }) => attr === 'schema');
    const isLower = compareVersions(attrs.version, before.attrs.version) < 0;
    // There is hardly ever a script that leads back.
    if (isLower || (isMoved && asideOf(before).relocatable === false)) {
      requireNoColumns(id, isLower ? `version ${attrs.version}` : `schema ${attrs.schema}`, from);
      return 'replace';
    }
    const name = identifier(id.name);
    const alter = (action: string): Draft =>
      draft(`ALTER EXTENSION ${name} ${action}`, { produces: [keyOf(id)] });
    return [
      ...(isMoved ? [alter(`SET SCHEMA ${identifier(attrs.schema)}`)] : []),
      ...(attrs.version === before.attrs.version ? [] : [alter(`UPDATE TO ${literal(attrs.version)}`)]),
    ];
  },
};

/** @returns negative, zero or positive; versions are not numbers, but nearly all look so. */
function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** @throws KnownError (2) when a column would go with the extension's type. */
function requireNoColumns(id: ExtensionId, wanted: string, from: Catalog): void {
  const columns = (edgeIndex(from).byReferenced.get(keyOf(id)) ?? [])
    .map(({ dependent }) => from.entries.get(dependent)!.id)
    .filter(({ kind }) => kind === 'column');
  if (columns.length === 0) return;
  throw inputError({
    message: `extension ${nameOf(id)} cannot be brought to ${wanted} in place, and column ${nameOf(columns[0]!)} is of a type of its`,
    help: 'Write the migration by hand: another extension beside it, or the column moved to another type first.',
  });
}
