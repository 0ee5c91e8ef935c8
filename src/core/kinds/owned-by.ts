/** OWNED BY of a sequence: apart from the sequence, because the column's default needs the sequence first. */
import { identifier, qualified } from '../../sql/quote.ts';
import { type Catalog, find } from '../model/catalog.ts';
import {
  type ColumnId,
  type Key,
  type OwnedById,
  type OwnerId,
  type SequenceId,
  type TableId,
  keyOf,
} from '../model/id.ts';
import { draft, type Draft, type Kind, type Sides } from './kind.ts';
import { relationLock } from './object.ts';
import type { OwnerAttributes } from './owner.ts';
import { freed } from './sequence.ts';
import { type TableAttributes, isMadeAnew } from './table.ts';

export interface OwnedByAttributes {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
}

const sequenceOf = ({ schema, name }: OwnedById): SequenceId => ({ kind: 'sequence', schema, name });
const columnOf = ({ schema, table, column }: OwnedByAttributes): ColumnId => ({
  kind: 'column',
  schema,
  table,
  name: column,
});
const tableOf = ({ schema, table }: OwnedByAttributes): TableId => ({ kind: 'table', schema, name: table });
const alterSequence = (id: OwnedById, owner: string) =>
  draft(`ALTER SEQUENCE ${qualified(id.schema, id.name)} OWNED BY ${owner}`, {
    locks: [{ mode: 'SHARE ROW EXCLUSIVE', relation: qualified(id.schema, id.name) }],
  });

export const ownedBy: Kind<OwnedById, OwnedByAttributes> = {
  name: 'owned-by',
  rank: 55,
  references: ({ id, attrs }) => [
    { to: sequenceOf(id), type: 'auto' },
    { to: columnOf(attrs), type: 'auto' },
  ],
  create: ({ id, attrs }, sides) => owned(id, attrs, sides),
  drop: ({ id }) => [
    { ...alterSequence(id, 'NONE'), produces: [freed(sequenceOf(id))], destroys: [keyOf(id)] },
  ],
  alter: (_changes, _before, { id, attrs }, sides) => [
    { ...alterSequence(id, 'NONE'), produces: [] },
    ...owned(id, attrs, sides),
  ],
  lends({ id, attrs }, sides) {
    const first = firstOwner(id, attrs, sides);
    if (typeof first === 'string') return undefined;
    return { on: sequenceOf(id), to: first.role, until: keyOf({ kind: 'owner', on: tableOf(attrs) }) };
  },
};

/**
 * Both must have one owner by then. Either the table stays as it is, and the sequence is given to its owner first; or
 * the table gets its owner after this, and the sequence with it.
 */
function owned(id: OwnedById, attrs: OwnedByAttributes, sides: Sides): Draft[] {
  const sequence = sequenceOf(id);
  const first = firstOwner(id, attrs, sides);
  const requires = [keyOf(sequence), keyOf(columnOf(attrs))];
  const link = (more: Key[]): Draft => ({
    ...alterSequence(id, qualified(attrs.schema, attrs.table, attrs.column)),
    produces: [keyOf(id)],
    requires: [...requires, ...more],
  });
  if (first === 'the last') return [link([keyOf({ kind: 'owner', on: sequence })])];
  if (first === 'as it is') return [link([])];
  const joined = `turn of joining ${keyOf(sequence)}` as Key;
  const role = first.role === null ? 'CURRENT_USER' : identifier(first.role);
  const join = draft(`ALTER SEQUENCE ${qualified(sequence.schema, sequence.name)} OWNER TO ${role}`, {
    produces: [joined],
    requires: [...requires, freed(sequence)],
    locks: relationLock(sequence, 'ACCESS EXCLUSIVE'),
  });
  return [join, link([joined])];
}

/** Who must own a sequence before it is linked. null: whoever runs the plan. */
function firstOwner(
  id: OwnedById,
  attrs: OwnedByAttributes,
  { from, to }: Sides,
): 'the last' | 'as it is' | { readonly role: string | null } {
  const ownerOf = (catalog: Catalog, on: OwnerId['on']) =>
    find<OwnerId, OwnerAttributes>(catalog, { kind: 'owner', on })?.attrs.role;
  const table = tableOf(attrs);
  const sequence = sequenceOf(id);
  const [old, made] = [from, to].map((side) => find<TableId, TableAttributes>(side, table)?.attrs);
  const stays = old !== undefined && made !== undefined && !isMadeAnew(old, made);
  const [before, now] = [stays ? ownerOf(from, table) : undefined, ownerOf(from, sequence)];
  if (stays && before === ownerOf(to, table) && ownerOf(to, sequence) !== undefined) return 'the last';
  // A new table is its maker's until it gets its owner.
  const meanwhile = before ?? (now === undefined ? undefined : null);
  return meanwhile === undefined || meanwhile === now ? 'as it is' : { role: meanwhile };
}
