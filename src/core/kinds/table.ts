/** Tables, plain and partitioned. Columns, constraints and the partition bound are entries of their own. */
import { identifier, literal, qualified } from '../../sql/quote.ts';
import { find } from '../model/catalog.ts';
import { type PartitionId, type TableId, keyOf } from '../model/id.ts';
import { accessExclusive, alterTable, loss, optionLock } from './alter-table.ts';
import { draft, type Draft, type Kind } from './kind.ts';
import type { PartitionAttributes } from './partition.ts';

export interface TableAttributes {
  readonly kind: 'table' | 'partitioned';
  /** As in PARTITION BY: `RANGE (created_at)`; null for a plain table. */
  readonly partitionKey: string | null;
  readonly persistence: 'permanent' | 'unlogged';
  /** Storage parameters, `fillfactor=70`, sorted. */
  readonly options: readonly string[];
  readonly rowSecurity: boolean;
  readonly forceRowSecurity: boolean;
  readonly replicaIdentity: 'default' | 'full' | 'nothing';
}

export const table: Kind<TableId, TableAttributes> = {
  name: 'table',
  rank: 50,
  references: ({ id }) => [{ to: { kind: 'schema', name: id.schema }, type: 'normal' }],
  create(entry, { to }) {
    const { id, attrs } = entry;
    const name = qualified(id.schema, id.name);
    const partitionId: PartitionId = { kind: 'partition', schema: id.schema, name: id.name };
    const partition = find<PartitionId, PartitionAttributes>(to, partitionId);
    const head = `CREATE ${attrs.persistence === 'unlogged' ? 'UNLOGGED ' : ''}TABLE ${name}`;
    const tail =
      (attrs.partitionKey === null ? '' : `\nPARTITION BY ${attrs.partitionKey}`) +
      (attrs.options.length === 0 ? '' : `\nWITH (${attrs.options.join(', ')})`);
    const drafts: Draft[] = [];
    if (partition === undefined) {
      const render = (clauses: readonly string[]) =>
        clauses.length === 0 ? `${head} ()${tail}` : `${head} (\n  ${clauses.join(',\n  ')}\n)${tail}`;
      drafts.push(draft(render, { produces: [keyOf(id)] }));
    } else {
      const { parentSchema, parentTable, bound } = partition.attrs;
      const parent = { kind: 'table' as const, schema: parentSchema, name: parentTable };
      drafts.push(
        draft(`${head}\n  PARTITION OF ${qualified(parentSchema, parentTable)} ${bound}${tail}`, {
          produces: [keyOf(id), keyOf(partitionId)],
          requires: [keyOf(parent)],
          locks: accessExclusive(parent),
        }),
      );
    }
    if (attrs.rowSecurity) drafts.push(rowSecurity(id, true));
    if (attrs.forceRowSecurity) drafts.push(forceRowSecurity(id, true));
    if (attrs.replicaIdentity !== 'default') drafts.push(replicaIdentity(id, attrs.replicaIdentity));
    return drafts;
  },
  drop: ({ id }) => [
    draft(`DROP TABLE ${qualified(id.schema, id.name)}`, {
      destroys: [keyOf(id)],
      locks: accessExclusive(id),
      hazards: [loss(id, 'drops the table and its rows')],
    }),
  ],
  alter(changes, before, { id, attrs }) {
    const drafts: Draft[] = [];
    for (const { attr } of changes) {
      switch (attr as keyof TableAttributes) {
        case 'kind':
        case 'partitionKey':
          // A table does not become partitioned in place; its rows would have to move.
          return 'replace';
        case 'persistence':
          drafts.push(
            alterTable(id, `SET ${attrs.persistence === 'unlogged' ? 'UNLOGGED' : 'LOGGED'}`, [
              { name: 'rewrite', object: qualified(id.schema, id.name), detail: 'rewrites the table' },
            ]),
          );
          break;
        case 'options':
          drafts.push(...alterOptions(id, before.attrs.options, attrs.options));
          break;
        case 'rowSecurity':
          drafts.push(rowSecurity(id, attrs.rowSecurity));
          break;
        case 'forceRowSecurity':
          drafts.push(forceRowSecurity(id, attrs.forceRowSecurity));
          break;
        case 'replicaIdentity':
          drafts.push(replicaIdentity(id, attrs.replicaIdentity));
          break;
      }
    }
    return drafts;
  },
};

const rowSecurity = (id: TableId, on: boolean) =>
  alterTable(id, `${on ? 'ENABLE' : 'DISABLE'} ROW LEVEL SECURITY`);
const forceRowSecurity = (id: TableId, on: boolean) =>
  alterTable(id, `${on ? 'FORCE' : 'NO FORCE'} ROW LEVEL SECURITY`);
const replicaIdentity = (id: TableId, identity: string) =>
  alterTable(id, `REPLICA IDENTITY ${identity.toUpperCase()}`);

function alterOptions(id: TableId, before: readonly string[], after: readonly string[]): Draft[] {
  const nameOf = (option: string) => option.slice(0, option.indexOf('='));
  const kept = new Set(after.map(nameOf));
  const gone = before.map(nameOf).filter((name) => !kept.has(name));
  const set = after.filter((option) => !before.includes(option)).map((option) => storageParameter(option));
  const drafts: Draft[] = [];
  const alter = (action: string) => ({
    ...alterTable(id, action),
    locks: optionLock(action, qualified(id.schema, id.name)),
  });
  if (gone.length > 0) drafts.push(alter(`RESET (${gone.map(identifier).join(', ')})`));
  if (set.length > 0) drafts.push(alter(`SET (${set.join(', ')})`));
  return drafts;
}

/** `fillfactor=70` as the catalog has it → as SQL writes it. */
export function storageParameter(option: string): string {
  const at = option.indexOf('=');
  const [name, value] = [option.slice(0, at), option.slice(at + 1)];
  const parts = name.split('.').map(identifier).join('.');
  return /^([0-9.]+|true|false|on|off)$/i.test(value) ? `${parts}=${value}` : `${parts}=${literal(value)}`;
}
