/**
 * Tables that become partitions, or children, of others, and those that cease to be: what they had from their parents
 * is then their own. A table leaves before its parent changes, and joins after both have become alike.
 */
import { asItsOwn, columnAt, defaultAt, isInherited, ownOnceLeft } from '../kinds/family.ts';
import { partsAsOwn } from '../kinds/index-parts.ts';
import { ancestorsOf, isChild, isLink, links, parentsOf } from '../kinds/parents.ts';
import { type TableAttributes, isMadeAnew } from '../kinds/table.ts';
import { comesBack } from '../kinds/comes-back.ts';
import { edgesAsItsOwn } from './own-edges.ts';
import type { Draft, Sides } from '../kinds/kind.ts';
import {
  type Catalog,
  catalog,
  edgeIndex,
  edgeSource,
  entriesOf,
  find,
  toldEdges,
} from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { type Id, type Key, type TableId, keyOf, nameOf, objectOf, tablesOf } from '../model/id.ts';
import { inputError } from '../model/problem.ts';
import type { Planned } from './expanded.ts';

/** How a table that both sides have moves: away from its parents, to new ones, or from a parent and back. */
type Move = 'leaves' | 'joins' | 'returns';

/** @returns both sides, each with what a table that leaves or joins has from its parents as entries of the table's own. */
export function withOwnColumns(sides: Sides): Sides {
  const { from, to } = sides;
  const more: { from: Entry[]; to: Entry[] } = { from: [], to: [] };
  const moved: { from: Set<Key>; to: Set<Key> } = { from: new Set(), to: new Set() };
  for (const [table, move] of moves(sides)) {
    if (move === 'leaves') moved.from.add(keyOf(table));
    if (move === 'joins') moved.to.add(keyOf(table));
    if (move === 'leaves') refuseOtherParents(table, sides);
    if (move === 'leaves')
      for (const entry of [...ownOnceLeft(from, to, table), ...partsAsOwn(from, table)])
        if (!from.entries.has(keyOf(entry.id)) && !stillInherited(entry.id, table, sides))
          more.from.push(entry);
    if (move === 'joins' && !isChild(to, table))
      for (const entry of asItsOwn(to, table)) if (!to.entries.has(keyOf(entry.id))) more.to.push(entry);
  }
  // That of a column which goes as well is in use until it has gone.
  more.from.push(...defaultsLeft(from, to), ...defaultsLeft(from, to, from));
  more.to.push(...defaultsLeft(to, from));
  return { from: withMore(from, more.from, moved.from), to: withMore(to, more.to, moved.to) };
}

/** A column that a child has from a parent becomes its own as the child leaves, and no other parent's then. @throws KnownError (2) */
function refuseOtherParents(table: TableId, { from, to }: Sides): void {
  if (!isChild(to, table)) return;
  const kept = parentsOf(to, table).filter((each) =>
    parentsOf(from, table).some((old) => keyOf(old) === keyOf(each)),
  );
  for (const { id } of asItsOwn(from, table)) {
    if (id.kind !== 'column' || from.entries.has(keyOf(id)) || to.entries.has(keyOf(id))) continue;
    if (!isInherited(to, id)) continue;
    const above = kept.map((parent) => ({ ...id, schema: parent.schema, table: parent.name }));
    if (above.some((each) => [from, to].every((side) => columnAt(side, each) !== undefined))) continue;
    throw inputError({
      message: `${nameOf(id)} comes from another parent than before, and PostgreSQL would make it the table's own in between`,
      help: 'Keep the parent (where it was moved or renamed, say so by renamed_from), or give the child another name.',
    });
  }
}

/**
 * A default that is the parent's is no entry of the child. Where the parent's column comes or goes, and the child has its
 * own column of that name, it is one.
 * @param own the side on which the child's column is its own.
 */
function defaultsLeft(one: Catalog, other: Catalog, own = other): Entry[] {
  const found: Entry[] = [];
  for (const { id } of entriesOf(one, 'inherit')) {
    const child: TableId = { kind: 'table', schema: id.schema, name: id.name };
    for (const { dependent } of edgeIndex(own).byReferenced.get(keyOf(child)) ?? []) {
      const column = own.entries.get(dependent)!.id;
      if (column.kind !== 'column' || column.table !== id.name) continue;
      const parent = { ...column, schema: id.parentSchema, table: id.parent };
      if (columnAt(one, parent) === undefined || columnAt(other, parent) !== undefined) continue;
      const value = defaultAt(one, { ...column, kind: 'default' });
      if (value !== undefined && !one.entries.has(keyOf(value.id))) found.push(value as unknown as Entry);
    }
  }
  return found;
}

/** @returns the keys that one of the catalogs has and the other lacks. */
export function addedTo(side: Catalog, before: Catalog): Key[] {
  if (side === before) return [];
  return [...side.entries.keys(), ...before.entries.keys()].filter(
    (key) => side.entries.has(key) !== before.entries.has(key),
  );
}

/** What a table had of its own of a column that was another's, the column says that is its own now. */
function withMore(of: Catalog, more: readonly Entry[], moved: ReadonlySet<Key>): Catalog {
  if (more.length === 0) return of;
  const isTold = ({ id }: Entry) =>
    id.kind === 'inherited-column' &&
    moved.has(keyOf({ kind: 'table', schema: id.schema, name: id.table })) &&
    more.some((entry) => keyOf(entry.id) === keyOf({ ...id, kind: 'column' }));
  const kept = [...of.entries.values()].filter((entry) => !isTold(entry));
  const { own, told } = edgeSource(of);
  const added = more.flatMap((entry) => edgesAsItsOwn(of, entry));
  const edges = { own, told: toldEdges(added, told) };
  return catalog(of.source, of.serverVersion, [...kept, ...more], edges, of.notAnalysed);
}

const isPartition = (of: Catalog, { schema, name }: TableId) =>
  of.entries.has(keyOf({ kind: 'partition', schema, name }));

/** Whether the table has it from another parent that it does not leave. */
const stillInherited = (id: Id, table: TableId, { to }: Sides) =>
  !to.entries.has(keyOf(id)) && asItsOwn(to, table).some((entry) => keyOf(entry.id) === keyOf(id));

/** Foreign tables are partitions too. */
const isThere = (of: Catalog, { schema, name }: TableId) =>
  tablesOf({ schema, table: name }).some((id) => of.entries.has(keyOf(id)));

/** One that is made anew comes as what it will be. */
function isRemade(table: TableId, { from, to }: Sides): boolean {
  const [before, after] = [from, to].map((side) => find<TableId, TableAttributes>(side, table)?.attrs);
  return before !== undefined && after !== undefined && isMadeAnew(before, after);
}

function moves({ from, to }: Sides): Map<TableId, Move> {
  const found = new Map<TableId, Move>();
  const tables = new Map<Key, TableId>();
  for (const side of [from, to])
    for (const kind of links)
      for (const { id } of entriesOf(side, kind)) {
        const table: TableId = { kind: 'table', schema: id.schema, name: id.name };
        if (isThere(from, table) && isThere(to, table) && !isRemade(table, { from, to }))
          tables.set(keyOf(table), table);
      }
  for (const table of tables.values()) {
    const [before, after] = [parentsOf(from, table).map(keyOf), parentsOf(to, table).map(keyOf)];
    const typed = [from, to].map((side) => side.entries.has(keyOf({ ...table, kind: 'of-type' })));
    before.push(...(typed[0] === true ? [keyOf({ ...table, kind: 'of-type' })] : []));
    after.push(...(typed[1] === true ? [keyOf({ ...table, kind: 'of-type' })] : []));
    if (before.some((parent) => !after.includes(parent))) found.set(table, 'leaves');
    else if (after.some((parent) => !before.includes(parent))) found.set(table, 'joins');
    else if (isPartition(to, table)) found.set(table, 'returns');
  }
  return found;
}

/** @returns the drafts, with what must come before a table leaves or joins, and what after. */
export function aroundAttaching(planned: readonly Planned[], sides: Sides): Planned[] {
  const linked = new Map<Key, Draft[]>();
  for (const { about, draft } of planned)
    if (isLink(about) && draft.isAhead !== true) {
      const key = keyOf({ kind: 'table', schema: about.schema, name: about.name });
      linked.set(key, [...(linked.get(key) ?? []), draft]);
    }
  if (linked.size === 0) return [...planned];
  const sooner = new Map<Key, Set<Key>>();
  const later = new Map<Key, Set<Key>>();
  const leaving = new Set<Key>();
  const returning = new Set<Key>();
  const put = (map: Map<Key, Set<Key>>, on: Key, turn: Key) =>
    map.set(on, (map.get(on) ?? new Set()).add(turn));
  for (const [table, move] of moves(sides)) {
    const key = keyOf(table);
    if (!linked.has(key)) continue;
    if (move === 'leaves') {
      leaving.add(key);
      for (const on of [key, ...ancestorsOf(sides.from, table).map(keyOf)]) put(later, on, left(key));
    } else if (move === 'returns' && isReplaced(table, linked.get(key)!, sides)) {
      // Its parents stay as they are for as long as it is away: what it had from them is merged again.
      returning.add(key);
      for (const on of [key, ...ancestorsOf(sides.to, table).map(keyOf)]) put(later, on, back(key));
    } else for (const on of [key, ...ancestorsOf(sides.to, table).map(keyOf)]) put(sooner, on, ready(key));
    // A name that both the parent and the table have, the parent takes first.
    if (move === 'joins') for (const on of ancestorsOf(sides.to, table).map(keyOf)) put(later, key, on);
  }
  // What becomes a table's own as it leaves, and is made anew, another statement makes.
  const replaced = new Set(planned.flatMap(({ about, draft }) => (isLink(about) ? [] : draft.destroys)));
  return planned.map(({ about, draft }) => {
    if (isLink(about) && draft.isAhead !== true) {
      const key = keyOf({ kind: 'table', schema: about.schema, name: about.name });
      if (returning.has(key))
        return draft.produces.includes(keyOf(about))
          ? { about, draft: { ...draft, produces: [...draft.produces, back(key)] } }
          : { about, draft };
      return {
        about,
        draft: leaving.has(key)
          ? { ...draft, produces: [...draft.produces.filter((each) => !replaced.has(each)), left(key)] }
          : { ...draft, requires: [...draft.requires, ready(key)] },
      };
    }
    const on = partOf(about, draft, sides);
    if (on === undefined) return { about, draft };
    const ahead = [...(sooner.get(on) ?? [])];
    // What an attached table ceases to have of its own, the statement before makes for that moment only.
    const passing = (key: Key) => linkedDestroys(linked.get(on)).has(key);
    return {
      about,
      draft: {
        ...draft,
        produces: [
          ...(!sooner.has(on) ? draft.produces : draft.produces.filter((key) => !passing(key))),
          ...ahead,
        ],
        requires: [...draft.requires, ...(later.get(on) ?? [])],
      },
    };
  });
}

/** Whether a partition is detached and attached again, and nothing above it changes meanwhile. */
function isReplaced(table: TableId, linked: readonly Draft[], sides: Sides): boolean {
  const own = keyOf({ ...table, kind: 'partition' });
  return (
    linked.some(({ produces }) => produces.includes(own)) &&
    linked.some(({ destroys }) => destroys.includes(own)) &&
    comesBack(table, sides)
  );
}

const back = (table: Key) => `turn of coming back of ${table}` as Key;
const left = (table: Key) => `turn of leaving of ${table}` as Key;
const readiness = 'turn of readiness of ';
/** Whether a key stands for: that a table is as it must be to be attached. */
export const isReadiness = (key: Key): boolean => key.startsWith(readiness);
const ready = (table: Key) => `${readiness}${table}` as Key;

const linkedDestroys = (drafts: readonly Draft[] = []): ReadonlySet<Key> =>
  new Set(drafts.flatMap(({ destroys }) => destroys));

/** @returns the table whose column, default, constraint or index this is. */
function partOf(id: Id, { destroys }: Draft, { from, to }: Sides): Key | undefined {
  switch (id.kind) {
    case 'column':
    case 'inherited-column':
    case 'default':
    case 'constraint':
      return keyOf({ kind: 'table', schema: id.schema, name: id.table });
    case 'index': {
      // Another table may get one of the name of one that goes.
      const [first, second] = destroys.includes(keyOf(id)) ? [from, to] : [to, from];
      const table = (first.entries.get(keyOf(id)) ?? second.entries.get(keyOf(id)))?.attrs['table'];
      return keyOf({ kind: 'table', schema: id.schema, name: table as string });
    }
    default:
      return undefined;
  }
}

/** @returns whether a column that goes from a parent stays with the child that this hangs on. */
export function isLeft(column: Id, { id, attrs }: Entry, { from, to }: Sides): boolean {
  if (column.kind !== 'column' || to.entries.has(keyOf(column))) return false;
  const on = objectOf(id) as Id & { readonly schema?: string };
  const table = on.kind === 'index' ? attrs['table'] : on.kind === 'table' ? on.name : undefined;
  if (typeof table !== 'string' || typeof on.schema !== 'string') return false;
  const own = keyOf({ ...column, schema: on.schema, table });
  return !from.entries.has(own) && to.entries.has(own);
}
