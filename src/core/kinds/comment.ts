/** Comments, on anything. */
import { dollarQuoted, literal } from '../../sql/quote.ts';
import { type Catalog, edgeIndex } from '../model/catalog.ts';
import { type CommentId, type ExtensionId, type Id, type Key, keyOf, relationsOf } from '../model/id.ts';
import { draft, type Draft, type Kind } from './kind.ts';
import { parentsOf } from './parents.ts';
import { objectClause, onCurrentDatabase, relationLock } from './object.ts';

export interface CommentAttributes {
  /** Empty: an extension's own was taken away. */
  readonly text: string;
}

function comment(id: CommentId, text: string | null): Draft {
  const value = text === null ? 'NULL' : literal(text);
  const sql =
    id.on.kind === 'database'
      ? onCurrentDatabase(`COMMENT ON DATABASE %I IS ${value}`)
      : `COMMENT ON ${objectClause(id.on)} IS ${value}`;
  const ofRelation = ['constraint', 'trigger', 'policy', 'rule'].includes(id.on.kind);
  return draft(sql, { locks: ofRelation ? [] : relationLock(id.on, 'SHARE UPDATE EXCLUSIVE') });
}

/** The comment that CREATE EXTENSION makes, which no plan knows. */
function restored({ name }: ExtensionId): Draft {
  const format = literal('COMMENT ON EXTENSION %I IS %L');
  return draft(
    `DO ${dollarQuoted(`
BEGIN
  EXECUTE pg_catalog.format(${format}, ${literal(name)},
    (SELECT comment FROM pg_catalog.pg_available_extensions WHERE name = ${literal(name)}));
END
`)}`,
    {},
  );
}

/** A column of a view or composite type, or one that a table inherits, is no entry of its own: then what is on it hangs on the whole. */
export function whatItIsOn(on: CommentId['on']): readonly Id[] {
  if (on.kind !== 'column') return [on];
  return [on, ...relationsOf(on), { kind: 'composite-type', schema: on.schema, name: on.table }];
}

/** What a table has from others it has only once it is their partition or child. */
function linksOf(id: CommentId, to: Catalog): Key[] {
  if ((id.on.kind !== 'index' && id.on.kind !== 'constraint') || to.entries.has(keyOf(id.on))) return [];
  return (edgeIndex(to).byDependent.get(keyOf(id)) ?? []).flatMap(({ referenced }) => {
    const table = to.entries.get(referenced)!.id;
    if (table.kind !== 'table') return [];
    const { schema, name } = table;
    const inherits = parentsOf(to, table).map((parent) =>
      keyOf({ kind: 'inherit', schema, name, parentSchema: parent.schema, parent: parent.name }),
    );
    return [keyOf({ kind: 'partition', schema, name }), ...inherits];
  });
}

export const commentOn: Kind<CommentId, CommentAttributes> = {
  name: 'comment',
  rank: 56,
  references: ({ id }) => whatItIsOn(id.on).map((to) => ({ to, type: 'auto' })),
  create: ({ id, attrs }, { to }) => [
    { ...comment(id, attrs.text), produces: [keyOf(id)], requires: linksOf(id, to) },
  ],
  drop: ({ id }) => [
    { ...(id.on.kind === 'extension' ? restored(id.on) : comment(id, null)), destroys: [keyOf(id)] },
  ],
  alter: (_changes, _before, { id, attrs }) => [{ ...comment(id, attrs.text), produces: [keyOf(id)] }],
};
