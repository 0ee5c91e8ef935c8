/** Complete changes → drafts: what is absorbed by another statement is left out, what can be folded or merged is. */
import { kindOf } from '../kinds/kinds.ts';
import type { Draft, Sides } from '../kinds/kind.ts';
import { type Catalog, edgeIndex } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { onceOf } from '../model/once-of.ts';
import { equal } from '../diff/diff.ts';
import { type Id, type IdOf, type Key, keyOf, objectOf, tablesOf } from '../model/id.ts';
import { type Implied, impliedBy } from './implied.ts';
import { carriers, checksLeftBelow, freedSequences, partsInCircles } from './carriers.ts';
import type { Expanded, Planned } from './expanded.ts';

/** @returns the drafts of a plan, each complete: what it produces, requires and destroys. */
export function drafts(expanded: Expanded, sides: Sides): Planned[] {
  const { creates, drops, alters, also, waits, releases } = expanded;
  const planned: Planned[] = [...also];
  const implied = impliedBy(creates, drops, alters, sides);
  const ways: Ways = {
    create: onceOf((entry) => kindOf(entry.id).create(entry, sides)),
    drop: onceOf((entry) => kindOf(entry.id).drop(entry, sides)),
  };
  const { comes, goes } = byTheWay(creates, drops, ways);
  // What is said of what only becomes another's part, or ceases to be one, goes on being said.
  const stays = (key: Key) => {
    const [made, gone] = [creates.get(key), drops.get(key)];
    if (made === undefined || gone === undefined || !equal(made.attrs, gone.attrs)) return false;
    if (!isSaid(made.id)) return false;
    const on = keyOf(made.id.on);
    return drops.has(on) ? goes.has(on) && !creates.has(on) : creates.has(on) && comes.has(on);
  };
  const takenFirst = new Set(implied.unwanted.map(({ entry }) => keyOf(entry.id)));
  for (const [key, entry] of creates) {
    // What is made anew needs both statements all the same.
    if ((comes.has(key) && !drops.has(key)) || stays(key)) continue;
    if (implied.made.has(key) || isMadeWithItsTable(entry.id, creates)) continue;
    const first = takenFirst.has(key) ? [takenBack(key)] : [];
    const late = [implied.late.get(key) ?? [], waits.get(key) ?? [], first].flat();
    for (const made of ways.create(entry)) {
      const whole = late.length === 0 ? made : { ...made, requires: [...made.requires, ...late] };
      const isAhead = made.isAhead === true;
      planned.push({ about: entry.id, draft: isAhead ? whole : withRequirements(whole, key, sides.to) });
    }
  }
  for (const { entry, by } of implied.lost)
    for (const made of ways.create(entry))
      planned.push({ about: entry.id, draft: { ...made, requires: [...made.requires, by] } });
  for (const { entry, by } of implied.excess) {
    const altered = kindOf(entry.id).alter([], entry, entry, sides);
    for (const made of typeof altered === 'string' ? [] : altered)
      planned.push({ about: entry.id, draft: { ...made, requires: [...made.requires, ...by] } });
  }
  for (const { entry, by } of implied.unwanted)
    for (const made of ways.drop(entry)) {
      // The sequence of an identity column may come after the column.
      const on = entry.id.kind === 'grant' ? [keyOf(entry.id.on)] : [];
      const requires = [...made.requires, ...targetsOf(entry), by, ...on];
      // That of an object which is replaced goes with the old one.
      const destroys = made.destroys.filter(
        (key) => !drops.has(key) || !drops.has(keyOf(objectOf(entry.id))),
      );
      const produces = [...made.produces, takenBack(keyOf(entry.id))];
      planned.push({ about: entry.id, draft: { ...made, requires, produces, destroys } });
    }
  for (const [key, list] of alters) {
    if (implied.made.has(key)) continue;
    const { id } = sides.to.entries.get(key)!;
    list.forEach((made, at) => {
      const late = implied.late.get(key);
      const requires = late === undefined ? made.requires : [...made.requires, late];
      const whole = { ...made, requires, produces: [...new Set([...made.produces, key])] };
      planned.push({
        about: id,
        draft: inTurn(
          made.isAhead === true ? whole : withRequirements(whole, key, sides.to),
          key,
          at,
          list.length,
        ),
      });
    });
  }
  tellImplied(planned, implied);
  const freed = new Set(freedSequences(drops));
  const said = [...drops].flatMap(([key, { id }]) =>
    isSaid(id) && goes.has(keyOf(id.on)) && !creates.has(keyOf(id.on)) ? [key] : [],
  );
  const apart = new Set([
    ...freed,
    ...said,
    ...checksLeftBelow(drops, sides.from),
    ...partsInCircles(drops, sides.from, freed),
  ]);
  const carrier = carriers(drops, sides.from, apart);
  const carried = new Map<Key, Key[]>();
  for (const key of drops.keys()) {
    const by = carrier(key);
    if (by === undefined || stays(key)) continue;
    const list = carried.get(by);
    if (list === undefined) carried.set(by, [key]);
    else list.push(key);
  }
  for (const [key, entry] of drops) {
    if (carrier(key) !== undefined || implied.gone.has(key) || stays(key)) continue;
    if (goes.has(key) && !creates.has(key)) continue;
    const made = ways.drop(entry);
    const first = made.findIndex(({ destroys }) => destroys.includes(key));
    const dropping = first < 0 ? made.length - 1 : first;
    made.forEach((each, at) => {
      const requires = [...each.requires, ...(waits.get(key) ?? [])];
      const along = at === dropping ? (carried.get(key) ?? []) : [];
      const destroys = [...each.destroys, ...along];
      planned.push({ about: entry.id, draft: { ...each, requires, destroys } });
    });
  }
  return planned.map(({ about, draft }) => ({ about, draft: letting(draft, releases) }));
}

/** What is said of an object goes with it only if that really goes. */
const isSaid = (id: Id): id is IdOf<'comment' | 'security-label'> =>
  id.kind === 'comment' || id.kind === 'security-label';

/** Says of a drop what it lets go of. */
function letting(draft: Draft, releases: ReadonlyMap<Key, readonly Key[]>): Draft {
  const released = draft.destroys.flatMap((key) => releases.get(key) ?? []);
  return released.length === 0 ? draft : { ...draft, produces: [...draft.produces, ...released] };
}

function grouped(by: ReadonlyMap<Key, Key>): Map<Key, Key[]> {
  const groups = new Map<Key, Key[]>();
  for (const [key, owner] of by) {
    const list = groups.get(owner);
    if (list === undefined) groups.set(owner, [key]);
    else list.push(key);
  }
  return groups;
}

/** Whether it comes, or goes, with the table that it is of, because that does: a partition, a child. */
const isMadeWithItsTable = (id: Id, creates: ReadonlyMap<Key, Entry>) =>
  (id.kind === 'partition' || id.kind === 'inherit' || id.kind === 'of-type') &&
  tablesOf({ schema: id.schema, table: id.name }).some((table) => creates.has(keyOf(table)));
/** Stands for: what came by itself is taken back, before what is wanted instead is said. */
const takenBack = (key: Key) => `turn of taking back ${key}` as Key;
/** Several statements about one entry run in the order in which its kind gives them: a key of their own says so. */
function inTurn(made: Draft, key: Key, at: number, count: number): Draft {
  if (count === 1) return made;
  return {
    ...made,
    produces: [...made.produces, turn(key, at)],
    requires: at === 0 ? made.requires : [...made.requires, turn(key, at - 1)],
  };
}
/** Stands for a statement's place among those about one entry. */
export const turn = (key: Key, at: number) => `turn ${at} of ${key}` as Key;
/** Whether a key stands for a turn, and for no entry. */
export const isTurn = (key: Key): boolean => key.startsWith('turn ');

const targetsOf = (entry: Entry) =>
  kindOf(entry.id)
    .references(entry)
    .map(({ to }) => keyOf(to));

/** What an entry needs, by the catalog in which it is: every edge but `owned`. */
function withRequirements(made: Draft, key: Key, to: Catalog): Draft {
  const requires = new Set(made.requires);
  for (const { referenced, type } of edgeIndex(to).byDependent.get(key) ?? [])
    if (type !== 'owned' && made.produces.includes(key)) requires.add(referenced);
  for (const own of made.produces) requires.delete(own);
  return { ...made, requires: [...requires] };
}

/** How an entry comes and goes, found out once of each. */
interface Ways {
  readonly create: (entry: Entry) => readonly Draft[];
  readonly drop: (entry: Entry) => readonly Draft[];
}

/** What a detached partition has of its own from then on, and an attached one no longer: no statement is needed for either. */
function byTheWay(
  creates: ReadonlyMap<Key, Entry>,
  drops: ReadonlyMap<Key, Entry>,
  ways: Ways,
): { comes: ReadonlySet<Key>; goes: ReadonlySet<Key> } {
  const comes = new Set<Key>();
  const goes = new Set<Key>();
  for (const [key, entry] of drops)
    if (!isMadeWithItsTable(entry.id, drops))
      for (const made of ways.drop(entry))
        for (const produced of made.produces) if (produced !== key) comes.add(produced);
  for (const [key, entry] of creates)
    if (!isMadeWithItsTable(entry.id, creates))
      for (const made of ways.create(entry))
        for (const destroyed of made.destroys) if (destroyed !== key) goes.add(destroyed);
  return { comes, goes };
}

/** Says of the statement that brings or takes entries by itself that it does, and what those bring and take: the owner of a table that of its sequences, and that the privileges of an owner. */
function tellImplied(planned: Planned[], { made, gone }: Implied): void {
  const [broughtBy, takenBy] = [grouped(made), grouped(gone)];
  const broughtWith = (key: Key): Key[] =>
    (broughtBy.get(key) ?? []).flatMap((each) => [each, ...broughtWith(each)]);
  planned.forEach(({ about, draft }, at) => {
    const key = keyOf(about);
    if (!draft.produces.includes(key)) return;
    const brought = broughtWith(key);
    const taken = [key, ...brought].flatMap((each) => takenBy.get(each) ?? []);
    if (brought.length + taken.length === 0) return;
    planned[at] = {
      about,
      draft: {
        ...draft,
        produces: [...draft.produces, ...brought],
        destroys: [...draft.destroys, ...taken],
      },
    };
  });
}
