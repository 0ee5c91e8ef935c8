/** Tables, plain and partitioned. Columns, constraints and the partition bound are entries of their own. */
import { identifier, qualified } from '../../sql/quote.ts';
import { type Catalog, edgeIndex, find } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { type Key, type OfTypeId, type PartitionId, type TableId, keyOf } from '../model/id.ts';
import type { Hazard, Lock } from '../model/statement.ts';
import { accessExclusive, alterTable, loss, optionLock } from './alter-table.ts';
import { defaultIsRead, lastingDefault } from './default-partition.ts';
import { parentsOf } from './parents.ts';
import { draft, type Draft, type Kind, type Sides } from './kind.ts';
import type { OfTypeAttributes } from './parts.ts';
import { optionActions, withOptions } from './options.ts';
import type { PartitionAttributes } from './parts.ts';
import { keptPersistence } from './sequence-persistence.ts';
import { persistenceOrder } from './table-persistence.ts';

export interface TableAttributes {
  readonly kind: 'table' | 'partitioned';
  /** As in PARTITION BY: `RANGE (created_at)`; null for a plain table. */
  readonly partitionKey: string | null;
  readonly persistence: 'permanent' | 'unlogged';
  /** Storage parameters, `fillfactor=70`, sorted; those of the TOAST table begin with `toast.`. */
  readonly options: readonly string[];
  /** The table access method; null for heap, and for a partitioned table that leaves it to its partitions. */
  readonly accessMethod: string | null;
  readonly rowSecurity: boolean;
  readonly forceRowSecurity: boolean;
  /** `index`: that of an index, which says so itself. */
  readonly replicaIdentity: 'default' | 'full' | 'nothing' | 'index';
}

export const table: Kind<TableId, TableAttributes> = {
  name: 'table',
  rank: 50,
  references: ({ id }) => [{ to: { kind: 'schema', name: id.schema }, type: 'normal' }],
  create(entry, sides) {
    const { id, attrs } = entry;
    const drafts: Draft[] = [createTable(entry, sides)];
    if (attrs.rowSecurity) drafts.push(rowSecurity(id, true));
    if (attrs.forceRowSecurity) drafts.push(forceRowSecurity(id, true));
    if (identityNow(attrs) !== 'default') drafts.push(replicaIdentity(id, identityNow(attrs)));
    return drafts;
  },
  drop: ({ id }) => [
    draft(`DROP TABLE ${qualified(id.schema, id.name)}`, {
      destroys: [keyOf(id)],
      locks: accessExclusive(id),
      hazards: [loss(id, 'drops the table and its rows')],
    }),
  ],
  alter(changes, before, { id, attrs }, sides) {
    const drafts: Draft[] = [];
    const relation = qualified(id.schema, id.name);
    const rewrite: Hazard = {
      name: 'rewrite',
      object: relation,
      detail: 'rewrites the table under the lock',
    };
    for (const { attr } of changes) {
      switch (attr as keyof TableAttributes) {
        case 'kind':
        case 'partitionKey':
          return 'replace';
        case 'persistence':
          drafts.push(
            setPersistence(id, attrs.persistence, [rewrite], sides),
            ...keptPersistence(id, attrs.persistence, sides),
          );
          break;
        case 'options':
          for (const action of optionActions(before.attrs.options, attrs.options))
            drafts.push({
              ...alterTable(id, action),
              locks: optionLock(action, relation),
            });
          break;
        case 'accessMethod':
          drafts.push(
            // What a partitioned table says is for partitions to come (from 17).
            attrs.kind === 'partitioned'
              ? alterTable(
                  id,
                  `SET ACCESS METHOD ${attrs.accessMethod === null ? 'DEFAULT' : identifier(attrs.accessMethod)}`,
                )
              : alterTable(id, `SET ACCESS METHOD ${identifier(attrs.accessMethod ?? 'heap')}`, [rewrite]),
          );
          break;
        case 'rowSecurity':
          drafts.push(rowSecurity(id, attrs.rowSecurity));
          break;
        case 'forceRowSecurity':
          drafts.push(forceRowSecurity(id, attrs.forceRowSecurity));
          break;
        case 'replicaIdentity':
          if (attrs.replicaIdentity !== 'index') drafts.push(replicaIdentity(id, attrs.replicaIdentity));
          break;
      }
    }
    return drafts;
  },
};

function setPersistence(
  id: TableId,
  persistence: TableAttributes['persistence'],
  hazards: readonly Hazard[],
  sides: Sides,
): Draft {
  const set = alterTable(id, `SET ${persistence === 'unlogged' ? 'UNLOGGED' : 'LOGGED'}`, hazards);
  const { produces, requires } = persistenceOrder(id, persistence, sides);
  return { ...set, produces: [...set.produces, ...produces], requires: [...set.requires, ...requires] };
}

/** A table does not become partitioned in place, nor by another key: its rows would have to move. */
export const isMadeAnew = (before: TableAttributes, after: TableAttributes): boolean =>
  before.kind !== after.kind || before.partitionKey !== after.partitionKey;

/** CREATE TABLE, with what the table has from others: as a partition, as a child, of a type. */
function createTable({ id, attrs }: Entry<TableId, TableAttributes>, sides: Sides): Draft {
  const { to } = sides;
  const partitionId: PartitionId = { kind: 'partition', schema: id.schema, name: id.name };
  const partition = find<PartitionId, PartitionAttributes>(to, partitionId)?.attrs;
  const ofTypeId: OfTypeId = { kind: 'of-type', schema: id.schema, name: id.name };
  const typed = find<OfTypeId, OfTypeAttributes>(to, ofTypeId)?.attrs;
  const parents = parentsOf(to, id);
  const name = `CREATE ${attrs.persistence === 'unlogged' ? 'UNLOGGED ' : ''}TABLE ${qualified(id.schema, id.name)}`;
  const head =
    partition !== undefined
      ? `${name}\n  PARTITION OF ${qualified(partition.parentSchema, partition.parentTable)}`
      : typed !== undefined
        ? `${name} OF ${typed.type}`
        : name;
  const inherits = parents.map((parent) => qualified(parent.schema, parent.name)).join(', ');
  const tail = [
    ...(partition === undefined && parents.length > 0 ? [`\nINHERITS (${inherits})`] : []),
    ...(partition === undefined ? [] : [` ${partition.bound}`]),
    ...(attrs.partitionKey === null ? [] : [`\nPARTITION BY ${attrs.partitionKey}`]),
    ...(attrs.accessMethod === null ? [] : [`\nUSING ${identifier(attrs.accessMethod)}`]),
    withOptions(attrs.options),
  ].join('');
  const named = Object.entries(partition?.notNullNames ?? {}).map(
    ([column, constraint]) => `${identifier(column)} CONSTRAINT ${identifier(constraint)} NOT NULL`,
  );
  const render = (clauses: readonly string[]) => {
    const all = [...named, ...clauses];
    const empty = partition === undefined && typed === undefined ? ' ()' : '';
    return all.length === 0 ? `${head}${empty}${tail}` : `${head} (\n  ${all.join(',\n  ')}\n)${tail}`;
  };
  const links: Key[] =
    partition !== undefined
      ? [keyOf(partitionId)]
      : parents.map((parent) =>
          keyOf({
            kind: 'inherit',
            schema: id.schema,
            name: id.name,
            parentSchema: parent.schema,
            parent: parent.name,
          }),
        );
  const read =
    partition === undefined || partition.bound === 'DEFAULT' ? undefined : lastingDefault(parents[0]!, sides);
  return draft(render, {
    produces: [keyOf(id), ...links, ...(typed === undefined ? [] : [keyOf(ofTypeId)])],
    requires: parents.flatMap((parent) => [keyOf(parent), ...columnsOf(to, parent)]),
    locks: parents.flatMap((parent): readonly Lock[] =>
      partition === undefined
        ? [{ mode: 'SHARE UPDATE EXCLUSIVE', relation: qualified(parent.schema, parent.name) }]
        : accessExclusive(parent),
    ),
    hazards: read === undefined ? [] : [defaultIsRead(read)],
  });
}

/** The parents' columns must be what they will be, with what they have of their own of columns that are others'. */
const columnsOf = (catalog: Catalog, table: TableId): Key[] =>
  (edgeIndex(catalog).byReferenced.get(keyOf(table)) ?? [])
    .map(({ dependent }) => dependent)
    .filter((key) => {
      const { id } = catalog.entries.get(key)!;
      const isOfAnothers = id.kind === 'default' && !catalog.entries.has(keyOf({ ...id, kind: 'column' }));
      return id.kind === 'column' || id.kind === 'inherited-column' || isOfAnothers;
    });

const rowSecurity = (id: TableId, on: boolean) =>
  alterTable(id, `${on ? 'ENABLE' : 'DISABLE'} ROW LEVEL SECURITY`);
const forceRowSecurity = (id: TableId, on: boolean) =>
  alterTable(id, `${on ? 'FORCE' : 'NO FORCE'} ROW LEVEL SECURITY`);
/** An index says itself that it is the table's replica identity. */
const identityNow = ({ replicaIdentity: identity }: TableAttributes) =>
  identity === 'index' ? 'default' : identity;
const replicaIdentity = (id: TableId, identity: string) =>
  alterTable(id, `REPLICA IDENTITY ${identity.toUpperCase()}`);
