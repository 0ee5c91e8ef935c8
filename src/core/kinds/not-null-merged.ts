/**
 * NOT NULL that tables have of their own and from those above as well. From 18 each is a constraint: the server merges the
 * two as the one above comes, under the name of the one below, and lets the one below neither go nor be made anew while
 * the one above is there. That makes way meanwhile.
 */
import { type Catalog, find } from '../model/catalog.ts';
import {
  type ColumnId,
  type ConstraintId,
  type InheritedColumnId,
  type Key,
  type PartitionId,
  keyOf,
  nameOf,
} from '../model/id.ts';
import { inputError } from '../model/problem.ts';
import { identifier } from '../../sql/quote.ts';
import { alterColumn, alterTable } from './alter-table.ts';
import { columnAt, isNotNullAbove } from './family.ts';
import type { Draft, Sides } from './kind.ts';
import {
  addNotNull,
  isOfPrimaryKey,
  keptBelow,
  columnsAbove,
  keyGone,
  leftAbove,
  notNullName,
  primaryKeysOf,
  roomFor,
} from './not-null.ts';
import { ancestorsOf, descendantsOf, isChild, parentsOf } from './parents.ts';
import type {
  ColumnAttributes,
  InheritedColumnAttributes,
  NotNullAttributes,
  PartitionAttributes,
} from './parts.ts';

const tableOf = ({ schema, table }: ColumnId) => ({ schema, name: table });
const above = (of: Catalog, id: ColumnId): ColumnId[] =>
  ancestorsOf(of, tableOf(id)).map(({ schema, name }) => ({ ...id, schema, table: name }));

/** What is told of a table's NOT NULL: that it is its own, or of a partition that its name is another than its parent's. */
type Told = 'own' | 'name';
function toldOf(of: Catalog, id: ColumnId): Told | undefined {
  const inherited: InheritedColumnId = { ...id, kind: 'inherited-column' };
  const own =
    find<ColumnId, ColumnAttributes>(of, id) ??
    find<InheritedColumnId, InheritedColumnAttributes>(of, inherited);
  if (own?.attrs.notNull === true) return 'own';
  const partition: PartitionId = { kind: 'partition', schema: id.schema, name: id.table };
  const names = find<PartitionId, PartitionAttributes>(of, partition)?.attrs.notNullNames;
  return names?.[id.name] === undefined ? undefined : 'name';
}

/** @returns the name of a column's NOT NULL, of its own or from above. */
function nameAt(of: Catalog, id: ColumnId): string | undefined {
  const attrs = columnAt(of, id)?.attrs;
  if (attrs === undefined) return undefined;
  if (attrs.notNull) return notNullName(id, attrs);
  for (const { schema, name } of parentsOf(of, tableOf(id))) {
    const found = nameAt(of, { ...id, schema, table: name });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** @returns the columns whose NOT NULL bears another name below, or itself bears another than above on a partition; from above. */
function namedOtherwiseBelow(id: ColumnId, of: Catalog): ColumnId[] {
  const below = (each: ColumnId): ColumnId[] =>
    descendantsOf(of, tableOf(each)).map(({ schema, name }) => ({ ...each, schema, table: name }));
  const differs = (each: ColumnId) => {
    const name = nameAt(of, each);
    return name !== undefined && below(each).some((child) => nameAt(of, child) !== name);
  };
  const isHolder = (each: ColumnId) => {
    const told = toldOf(of, each);
    return told === 'name' || (told === 'own' && differs(each));
  };
  const all = [id, ...below(id)];
  return all.some(differs) ? topDown(all.filter(isHolder), of) : [];
}

const topDown = (ids: readonly ColumnId[], of: Catalog): ColumnId[] => {
  const unique = new Map(ids.map((id) => [keyOf(id), id]));
  return [...unique.values()].toSorted((a, b) => above(of, a).length - above(of, b).length);
};

/** @returns the statements that change a column's type, and around them what the NOT NULLs of tables below, under other names, require. */
export function aroundTypeChange(id: ColumnId, change: readonly Draft[], sides: Sides): Draft[] {
  const { from, to } = sides;
  if (to.serverVersion < 180000) return [...change];
  const holders = namedOtherwiseBelow(id, from).filter((each) => columnAt(to, each)?.attrs.notNull === true);
  return holders.length === 0 ? [...change] : makingWay(holders, change, sides);
}

/** @returns the statements by which a child's own NOT NULL goes while a table above forbids nulls; none where it stays. */
export function leftToThoseAbove(
  id: ColumnId,
  before: NotNullAttributes,
  after: NotNullAttributes,
  sides: Sides,
): Draft[] {
  const { from, to } = sides;
  if (to.serverVersion < 180000 || !before.notNull || after.notNull || !isNotNullAbove(to, id)) return [];
  if (![from, to].every((side) => isChild(side, tableOf(id)))) return [];
  const room = above(to, id).filter((each) => toldOf(from, each) === undefined);
  const drop: Draft = {
    ...alterColumn(id, 'DROP NOT NULL'),
    produces: room.map(roomFor),
    requires: [keyGone(id)],
    isAhead: true,
  };
  const drafts = isNotNullAbove(from, id) ? makingWay(holdersAbove(id, sides), [drop], sides) : [drop];
  return drafts.map((made, at) =>
    at < drafts.length - 1 ? made : { ...made, produces: [...made.produces, leftAbove(id)] },
  );
}

/** @returns the primary key that makes way, and comes again, for a child's own NOT NULL to be left to those above: it forbids that to go. */
export function keyInTheWay(id: ColumnId, { from, to }: Sides): ConstraintId[] {
  if (to.serverVersion < 180000 || ![from, to].every((side) => isChild(side, tableOf(id)))) return [];
  if (toldOf(from, id) !== 'own' || toldOf(to, id) === 'own' || !isNotNullAbove(to, id)) return [];
  return primaryKeysOf(id, from);
}

/**
 * @returns the statements by which a child's NOT NULL under a primary key becomes its own before those above lose theirs,
 * which the key would not let them; undefined where nothing keeps it.
 */
export function keptForKey(id: ColumnId, after: NotNullAttributes, { from, to }: Sides): Draft[] | undefined {
  const name = notNullName(id, after);
  const isKept = isChild(from, tableOf(id)) && isNotNullAbove(from, id) && !isNotNullAbove(to, id);
  if (to.serverVersion < 180000 || name === undefined || !isKept || toldOf(from, id) === 'own')
    return undefined;
  if (!isOfPrimaryKey(id, from)) return undefined;
  const old = nameAt(from, id)!;
  const tables = above(from, id);
  const keep: Draft = {
    ...alterColumn(id, 'SET NOT NULL'),
    produces: tables.map(keptBelow),
    isAhead: true,
  };
  if (old === name) return [keep];
  const rename = alterTable(tableOf(id), `RENAME CONSTRAINT ${identifier(old)} TO ${identifier(name)}`);
  return [keep, { ...rename, requires: afterThoseAbove(id, { from, to }) }];
}

/** @returns what a child's own NOT NULL waits for before it goes or gets another name, or before 18, where it would go with those above, comes: that none above holds it any more. */
export function afterThoseAbove(id: ColumnId, { from, to }: Sides): Key[] {
  if (!isChild(from, tableOf(id))) return [];
  if (!isNotNullAbove(from, id) || isNotNullAbove(to, id)) return [];
  return columnsAbove(from, id);
}

/** @returns the statements that make a NOT NULL a table's own, under another name than it has from above, where that is there all the while. */
export function underItsOwnName(
  id: ColumnId,
  after: NotNullAttributes,
  change: readonly Draft[],
  sides: Sides,
): Draft[] {
  const { from, to } = sides;
  const isAbove = [from, to].every((side) => isNotNullAbove(side, id) && isChild(side, tableOf(id)));
  if (to.serverVersion < 180000 || change.length === 0 || !after.notNull || !isAbove) return [...change];
  const names = [nameAt(from, id), notNullName(id, after)];
  return names[0] === names[1] ? [...change] : makingWay(holdersAbove(id, sides), change, sides);
}

const holdersAbove = (id: ColumnId, { from, to }: Sides): ColumnId[] =>
  topDown(
    above(from, id).filter((each) => toldOf(from, each) === 'own' && nameAt(to, each) !== undefined),
    from,
  );

/** @returns what stands for: a table's own NOT NULL is there, under another name than that of the one above, which comes after it. */
export function beforeThoseAbove(id: ColumnId, after: NotNullAttributes, { from, to }: Sides): Key[] {
  if (to.serverVersion < 180000 || columnAt(from, id) === undefined) return [];
  const coming = above(to, id).filter((each) => {
    const [old, now] = [columnAt(from, each)?.attrs, columnAt(to, each)?.attrs];
    return (
      old?.notNull === false && now?.notNull === true && notNullName(each, now) !== notNullName(id, after)
    );
  });
  return coming.map(roomFor);
}

const makingWayOf = 'turn of making way of the NOT NULL of ';
/** Whether a key stands for: a NOT NULL is away for a moment. What is done then is done in one transaction. */
export const isOfMakingWay = (key: Key): boolean => key.startsWith(makingWayOf);

/** @param holders from above: none is there while the statements in the middle run, whosever they are. */
function makingWay(holders: readonly ColumnId[], middle: readonly Draft[], { from }: Sides): Draft[] {
  for (const each of holders) refuseHeld(each, from);
  const turn = (what: string) => (each: ColumnId) => `${makingWayOf}${keyOf(each)}: ${what}` as Key;
  const [away, done, back] = [turn('taken away'), turn('changes without'), turn('put back')];
  const drops = holders.map((each, at): Draft => ({
    ...alterColumn(each, 'DROP NOT NULL'),
    produces: [away(each)],
    requires: holders.slice(0, at).map(away),
  }));
  const last = middle.length - 1;
  const own = (at: number) => turn(`change ${at} without`)(holders[0]!);
  const between = middle.map((each, at): Draft => ({
    ...each,
    produces: [...each.produces, ...(at === last ? holders.map(done) : [own(at)])],
    requires: [...each.requires, ...holders.map(away), ...(at === 0 ? [] : [own(at - 1)])],
  }));
  const adds = holders.map((each, at): Draft => ({
    ...addNotNull(each, columnAt(from, each)!.attrs),
    produces: [back(each)],
    requires: [done(each), ...holders.slice(at + 1).map(back)],
  }));
  return [...drops.map(once), ...between, ...adds.toReversed().map(once)];
}

/** Several below one table need it away: it goes once, and comes once. */
const once = (made: Draft): Draft => {
  const sql = made.render([]);
  return { ...made, merge: { group: sql, item: sql, render: () => sql } };
};

/** @throws KnownError (2) where something else forbids nulls in a column too, and keeps its NOT NULL there. */
function refuseHeld(id: ColumnId, from: Catalog): void {
  const isOfKey = isOfPrimaryKey(id, from);
  const isIdentity = (find<ColumnId, ColumnAttributes>(from, id)?.attrs.identity ?? null) !== null;
  if (isOfKey || isIdentity)
    throw inputError({
      message: `NOT NULL of ${nameOf(id)} would have to make way for what changes below it, and its ${isOfKey ? 'primary key' : 'identity'} keeps it there`,
      help: 'Give the NOT NULL of the tables below the name of the one above, and say it there too, or write the migration by hand.',
    });
}
