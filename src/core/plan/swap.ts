/**
 * One type takes another's place while columns hold it. The old one makes way under another name, the new one is made,
 * each column's values become its values, and the old one goes. No column is ever dropped for its type's sake.
 */
import { identifier } from '../../sql/quote.ts';
import { isInherited } from '../kinds/family.ts';
import { alterColumn, tableIn } from '../kinds/alter-table.ts';
import { ownBelow } from '../kinds/column-below.ts';
import type { ColumnAttributes } from '../kinds/parts.ts';
import type { DefaultAttributes } from '../kinds/parts.ts';
import { draft, type Draft, type Sides } from '../kinds/kind.ts';
import { kindOf } from '../kinds/kinds.ts';
import { aroundTypeChange } from '../kinds/not-null-merged.ts';
import { isReadAgain } from '../kinds/rewrites.ts';
import { objectClause } from '../kinds/object.ts';
import { type Catalog, edgeIndex, find } from '../model/catalog.ts';
import type { Alter } from '../model/change.ts';
import type { Entry } from '../model/entry.ts';
import {
  type CollationId,
  type ColumnId,
  type Id,
  type Key,
  type TypeId,
  isType,
  keyOf,
  nameOf,
} from '../model/id.ts';
import { inputError } from '../model/problem.ts';
import type { Expanded, Planned } from './expanded.ts';
import { type Together, together } from './together.ts';

/** What a column holds fast: its type, or its collation. */
type Swappable = TypeId | CollationId;

/** What a dependent of a type that is swapped must do. */
export type Part =
  /** A column: its values are converted. */
  | 'converted'
  /** A type made of it: swapped too. */
  | 'swapped'
  /** Its owner, comment, grants and constraints: the new type gets its own. */
  | 'renewed'
  /** A column's default: goes and comes with the conversion. */
  | 'carried'
  /** Anything else: dropped before, and made again after. */
  | 'replaced';

/** @returns the part of an entry that depends on a type to be swapped. @throws KnownError (2) for a table made of a composite type: its columns are the type's. */
export function partOf(dependent: Entry, type: Id, { from }: Sides): Part {
  const { id } = dependent;
  if (isType(id)) {
    if (kindOf(id).swap === undefined || (dependent.attrs['canonical'] ?? null) !== null)
      throw inputError({
        message: `${nameOf(type)} cannot be changed so: type ${nameOf(id)} is made of it, and of functions`,
        help: 'Write the migration by hand, or give the new type another name.',
      });
    return 'swapped';
  }
  if (isBelonging(id)) return 'renewed';
  switch (id.kind) {
    case 'column':
      return 'converted';
    case 'default': {
      const column = keyOf({ ...id, kind: 'column' });
      const ofIt = (edgeIndex(from).byDependent.get(column) ?? []).some(
        ({ referenced }) => referenced === keyOf(type),
      );
      return ofIt && dependent.attrs['generated'] === null ? 'carried' : 'replaced';
    }
    case 'table':
      // A partition's columns are its parent's, and change with them.
      if (from.entries.has(keyOf({ ...id, kind: 'partition' }))) return 'carried';
      throw inputError({
        message: `${nameOf(type)} cannot be changed so: table ${nameOf(id)} is made of it`,
        help: 'Write the migration by hand, or give the new type another name.',
      });
    default:
      return 'replaced';
  }
}

/**
 * Whether what hangs on a column keeps the server from changing its type; indexes and constraints are rebuilt, foreign
 * keys must fit at every moment. Statistics are rebuilt too, but lose their target and their owner.
 */
export function blocksTypeChange({ id, attrs }: Entry): boolean {
  switch (id.kind) {
    case 'constraint':
      return attrs['type'] === 'f';
    case 'default':
      return attrs['generated'] !== null;
    case 'inherited-column':
      // A type brings its own storage with it.
      return (attrs['storage'] ?? null) !== null;
    case 'index':
    case 'sequence':
    case 'owned-by':
    case 'partition':
    case 'table':
    case 'foreign-table':
    case 'owner':
    case 'comment':
    case 'security-label':
    case 'grant':
      return false;
    default:
      return true;
  }
}

const madeWay = (key: Key, at: number) => `turn ${at} of making way for ${key}` as Key;
/** Stands for: whatever of the old state held this fast has gone. */
export const letGo = (key: Key) => `turn of letting go of ${key}` as Key;

/**
 * @param swapped the types; each is already among what is created. `altered`: what each altered entry is otherwise in.
 * @returns the statements besides CREATE TYPE, which must wait for `waits`, as the drop of what the old types hold fast; the columns' go into `alters`.
 */
export function swapDrafts(
  swapped: ReadonlySet<Key>,
  altered: ReadonlyMap<Key, readonly Alter[]>,
  { creates, drops, alters }: Pick<Expanded, 'creates' | 'drops' | 'alters'>,
  sides: Sides,
): { also: readonly Planned[]; waits: ReadonlyMap<Key, readonly Key[]>; together: Together } {
  const also: Planned[] = [];
  const parts = new Map<Key, readonly Key[]>();
  const waits = new Map<Key, readonly Key[]>();
  const { byReferenced, byDependent } = edgeIndex(sides.from);
  for (const key of swapped) {
    const before = sides.from.entries.get(key) as Entry<Swappable>;
    const after = sides.to.entries.get(key) as Entry<Swappable>;
    const kind = kindOf(before.id);
    const name = freeName(before.id, sides);
    const makeWay = kind.swap!.makeWay(before, name);
    makeWay.forEach((sql, at) => {
      const requires = at === 0 ? [] : [madeWay(key, at - 1)];
      also.push({ about: before.id, draft: draft(sql, { produces: [madeWay(key, at)], requires }) });
    });
    waits.set(key, [madeWay(key, makeWay.length - 1)]);
    const dependents = [...new Set((byReferenced.get(key) ?? []).map(({ dependent }) => dependent))];
    const columns = dependents.filter((each) => sides.from.entries.get(each)?.id.kind === 'column');
    for (const column of columns) {
      if (drops.has(column)) continue;
      const converted = conversion(column, before, after, { creates, drops, alters }, sides);
      if (converted !== undefined) {
        const id = sides.from.entries.get(column)!.id as ColumnId;
        const rest = besidesCollation(column, altered.get(column) ?? [], sides) ?? alters.get(column) ?? [];
        alters.set(column, [...aroundTypeChange(id, [converted], sides), ...rest]);
      }
    }
    parts.set(key, [
      ...columns.flatMap((each) => (drops.has(each) ? [] : [each, defaultOf(each, sides)])),
      ...dependents.filter((each) => swapped.has(each)),
      ...belongings(key, sides.from),
      ...belongings(key, sides.to),
    ]);
    const holders = (byDependent.get(key) ?? [])
      .map(({ referenced }) => referenced)
      .filter((each) => swapped.has(each) || drops.has(each));
    for (const each of holders) if (drops.has(each)) waits.set(each, [letGo(each)]);
    also.push({
      about: before.id,
      draft: draft(`DROP ${objectClause({ ...before.id, name })}`, {
        produces: holders.map(letGo),
        requires: [...columns, letGo(key), key],
        destroys: belongings(key, sides.from).filter((each) => !sides.to.entries.has(each)),
      }),
    });
  }
  return { also, waits, together: together(parts, sides.to) };
}

/** @returns what else a column whose collation changes is altered in, for its conversion changes that; undefined: its collation does not. */
function besidesCollation(key: Key, changes: readonly Alter[], { from, to }: Sides): Draft[] | undefined {
  const others = changes.filter(({ attr }) => attr !== 'collation');
  if (others.length === changes.length) return undefined;
  const [before, after] = [from.entries.get(key)!, to.entries.get(key)!];
  const made = kindOf(before.id).alter(others, before, after, { from, to });
  return typeof made === 'string' ? undefined : [...made];
}

const defaultOf = (column: Key, { from }: Sides): Key =>
  keyOf({ ...(from.entries.get(column)!.id as ColumnId), kind: 'default' });

/** @returns what goes with a type without a statement: its owner, comment, privileges and constraints, and theirs. */
function belongings(key: Key, of: Catalog): Key[] {
  const own = (edgeIndex(of).byReferenced.get(key) ?? [])
    .map(({ dependent }) => dependent)
    .filter((each) => isBelonging(of.entries.get(each)!.id));
  return [...new Set(own)].flatMap((each) => [each, ...belongings(each, of)]);
}

/** Whether an entry says something of another that goes and comes with it. */
export function isBelonging({ kind }: Id): boolean {
  return ['owner', 'comment', 'security-label', 'grant', 'domain-constraint'].includes(kind);
}

/** @returns the statement by which a column becomes one of the new type, or undefined where it gets another type anyway. */
function conversion(
  key: Key,
  before: Entry<Swappable>,
  after: Entry<Swappable>,
  { creates, drops, alters }: Pick<Expanded, 'creates' | 'drops' | 'alters'>,
  { from, to }: Sides,
): Draft | undefined {
  const id = from.entries.get(key)!.id as ColumnId;
  const old = find<ColumnId, ColumnAttributes>(from, id)!.attrs;
  const now = find<ColumnId, ColumnAttributes>(to, id)?.attrs;
  if (now === undefined || now.type !== old.type) return undefined;
  // A column that is a parent's too is converted with the parent's.
  if (isInherited(from, id) && isInherited(to, id)) return undefined;
  const name = identifier(id.name);
  const { swap } = kindOf(before.id);
  const value =
    swap?.convert === undefined ? `${name}::text::${now.type}` : swap.convert(name, now.type, before, after);
  if (value === undefined)
    throw inputError({
      message: `values of ${nameOf(id)} cannot be made those of the new ${nameOf(after.id)}`,
      help: 'Give the new type another name, and move the values in a migration by hand.',
    });
  const collate = now.collation === null ? '' : ` COLLATE ${now.collation}`;
  // A foreign table's values are elsewhere.
  const isForeign = tableIn(from, id).kind === 'foreign-table';
  const type = `TYPE ${now.type}${collate}${isForeign ? '' : ` USING ${value}`}`;
  const defaultId = { ...id, kind: 'default' } as const;
  const expression = find<typeof defaultId, DefaultAttributes>(from, defaultId)?.attrs;
  const plain = expression !== undefined && expression.generated === null;
  const defaultKey = keyOf(defaultId);
  const stays = !creates.has(defaultKey) && !drops.has(defaultKey) && !alters.has(defaultKey);
  const column = `ALTER COLUMN ${name}`;
  const sql = !plain
    ? type
    : `DROP DEFAULT,\n  ${column} ${type}${stays ? `,\n  ${column} SET DEFAULT ${expression.expression}` : ''}`;
  const isLeft = isForeign || value === name;
  const made = alterColumn(id, sql, isLeft ? undefined : cost(id, now.type, before, after, { from, to }));
  const below = ownBelow(id, { from, to });
  return {
    ...made,
    produces: [...made.produces, ...below],
    // Taken off here, it is set by its own statement.
    destroys: plain && alters.has(defaultKey) ? [...made.destroys, defaultKey] : made.destroys,
    requires: [...made.requires, keyOf(after.id), ...[key, ...below].map(letGo)],
    hazards: [
      ...made.hazards,
      {
        name: 'depends-on-data',
        object: made.locks[0]!.relation,
        detail: `fails if a value of ${name} is none of the new ${nameOf(after.id)}`,
      },
    ],
  };
}

/** What it costs a table that has rows. */
function cost(
  id: ColumnId,
  type: string,
  before: Entry<Swappable>,
  after: Entry<Swappable>,
  { from, to }: Sides,
): 'rewrite' | 'scan' | undefined {
  // An array is made by way of its text.
  const isArray = type.endsWith(']');
  if (isArray || (kindOf(before.id).swap?.rewrites?.(before, after, to) ?? true)) return 'rewrite';
  const [old, now] = [from, to].map((side) => find<ColumnId, ColumnAttributes>(side, id)?.attrs.collation);
  const isOtherCollation = old !== now || before.attrs['collation'] !== after.attrs['collation'];
  return isReadAgain(id, isOtherCollation, from) ? 'scan' : undefined;
}

/** @returns a name for the old type that neither side has. */
function freeName({ schema, name }: Swappable, { from, to }: Sides): string {
  const taken = new Set<string>();
  for (const { entries } of [from, to])
    for (const { id } of entries.values())
      if ('schema' in id && id.schema === schema && 'name' in id) taken.add(id.name);
  // 63 bytes are the most that a name may have, and letters may have four.
  const stem = Array.from(name)
    .slice(0, name.length > 40 ? 12 : 40)
    .join('');
  for (let at = 0; ; at += 1) {
    const candidate = `${stem}_before${at === 0 ? '' : at}`;
    if (!taken.has(candidate) && !taken.has(`${candidate}_multirange`)) return candidate;
  }
}
