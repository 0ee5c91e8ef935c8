/** Where a table, an index or a materialized view lies, if not in the database's own tablespace. */
import { identifier, qualified } from '../../sql/quote.ts';
import { type Catalog, find } from '../model/catalog.ts';
import { type IndexId, type TablespaceId, keyOf } from '../model/id.ts';
import type { Hazard } from '../model/statement.ts';
import { draft, type Draft, type Kind, type Sides } from './kind.ts';
import type { IndexAttributes } from './parts.ts';

export type TablespaceAttributes = {
  /** The database's own, for a partition whose parent says another. */
  readonly name: string;
};

/** @returns the database's own tablespace. */
function ownOf({ from }: Sides): string {
  const own = find(from, { kind: 'database' })?.aside?.['tablespace'];
  return typeof own === 'string' ? own : 'pg_default';
}

/** A partitioned table or index has no rows of its own: only those of partitions to come are meant. */
function isPartitioned(on: TablespaceId['on'], catalog: Catalog): boolean {
  if (on.kind === 'materialized-view') return false;
  const indexed = on.kind === 'index' ? find<IndexId, IndexAttributes>(catalog, on)?.attrs.table : undefined;
  const name = on.kind === 'constraint' ? on.table : (indexed ?? on.name);
  return find(catalog, { kind: 'table', schema: on.schema, name })?.attrs['kind'] === 'partitioned';
}

function set(on: TablespaceId['on'], name: string, sides: Sides, rest: Partial<Draft>): Draft {
  const { from, to } = sides;
  const before = find(from, { kind: 'tablespace', on })?.attrs['name'] ?? ownOf(sides);
  const stays = before === name || isPartitioned(on, to) || isPartitioned(on, from);
  const relation = qualified(on.schema, on.name);
  const kind = {
    table: 'TABLE',
    'materialized-view': 'MATERIALIZED VIEW',
    index: 'INDEX',
    constraint: 'INDEX',
  };
  const rewrite: Hazard = {
    name: 'rewrite',
    object: relation,
    detail: 'copies it into the other tablespace under the lock',
  };
  return draft(`ALTER ${kind[on.kind]} ${relation} SET TABLESPACE ${identifier(name)}`, {
    locks: [{ mode: 'ACCESS EXCLUSIVE', relation }],
    hazards: stays ? [] : [rewrite],
    ...rest,
  });
}

export const tablespace: Kind<TablespaceId, TablespaceAttributes> = {
  name: 'tablespace',
  rank: 61,
  references: ({ id }) => [{ to: id.on, type: 'auto' }],
  create: ({ id, attrs }, sides) => [set(id.on, attrs.name, sides, { produces: [keyOf(id)] })],
  drop: ({ id }, sides) => [set(id.on, ownOf(sides), sides, { destroys: [keyOf(id)] })],
  alter: (_changes, _before, { id, attrs }, sides) => [
    set(id.on, attrs.name, sides, { produces: [keyOf(id)] }),
  ],
};
