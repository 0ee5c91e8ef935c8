/**
 * Two catalogs of different sources, made comparable: what one of them cannot say is no difference. An SQL file says
 * nothing of who owns its tables, and nothing of the roles that a server has besides.
 */
import { isHistory } from '../manifest/history-table.ts';
import { isBesides } from '../model/scope.ts';
import { kindOf, ownReferences } from '../kinds/kinds.ts';
import {
  type Catalog,
  catalogOf,
  closedBundles,
  edgeSource,
  entriesOf,
  find,
  keptOf,
  loose,
  openBundles,
  withEntries,
  withoutObjects,
} from '../model/catalog.ts';
import { isSame } from '../model/entry-map.ts';
import type { Entry } from '../model/entry.ts';
import { type Id, type Key, type OwnerId, keyOf, objectOf } from '../model/id.ts';

/** One side of a comparison. */
export interface Side {
  readonly catalog: Catalog;
  /** A live database or its snapshot: it says everything; on a shadow, only what was loaded is said. */
  readonly isLive: boolean;
  /** The role that made what nobody gave an owner. */
  readonly maker: string;
  /** Roles that were made only because the SQL names them. */
  readonly assumedRoles: ReadonlySet<string>;
  /** Whether it says what roles there shall be: the manifest, and its migrations. */
  readonly saysRoles: boolean;
  /** Which entries of either catalog are its business, given its own; nothing else is compared. Default: all. */
  readonly governs?: (id: Id, on: Catalog, declared: Catalog) => boolean;
}

/** @returns both catalogs without what only one of them can say. */
export function comparable(from: Side, to: Side): { from: Catalog; to: Catalog } {
  const [left, right] = [own(from, to), own(to, from)];
  // A role is made where it is needed, and taken from nobody.
  const kept =
    from.saysRoles && to.saysRoles
      ? []
      : [
          ...(['role', 'role-setting', 'membership'] as const).flatMap((kind): readonly Entry[] => [
            ...entriesOf(left, kind),
          ]),
          ...[...entriesOf(left, 'role')].flatMap(({ id }) => find(left, { kind: 'comment', on: id }) ?? []),
        ].filter(({ id }) => {
          const name = roleOf(id);
          return name !== undefined && !right.entries.has(keyOf({ kind: 'role', name }));
        });
  return { from: aligned(from, left, right, []), to: aligned(to, right, left, kept) };
}

/** What of a side is compared at all. */
function own(side: Side, other: Side): Catalog {
  // Our own histories are the runner's.
  const business = withoutObjects(side.catalog, (entry) => isHistory(entry) || isBesides(entry.id));
  const judges = [side, other].filter(({ governs }) => governs !== undefined);
  // Two sides of one project differ in nothing but what it governs.
  if (judges.length !== 1) return business;
  const [{ governs, catalog: declared }] = judges as [Side];
  const isGoverned = (id: Id) => governs!(id, side.catalog, declared);
  const others = closedBundles(other.catalog);
  return keptOf(
    business,
    ({ id }) => isGoverned(id),
    ({ on, texts }, kinds) => {
      // Whose privileges are the manifest's business is told of each grantee; of equal ACLs nobody need know.
      if (kinds.has('grant'))
        return others.some((each) => each.kinds.has('grant') && isSame(texts, each.on.get(keyOf(on))?.texts))
          ? 'stays'
          : 'opens';
      return isGoverned(on) ? 'stays' : 'goes';
    },
  );
}

/** @returns a side with these entries besides, and what it leaves unsaid as the other side has it. */
function aligned(side: Side, mine: Catalog, theirs: Catalog, besides: readonly Entry[]): Catalog {
  if (side.isLive) return besides.length === 0 ? mine : withEntries(mine, besides);
  for (const each of [mine, theirs]) openBundles(each, keyOf({ kind: 'database' }));
  const into = new Map(loose(mine));
  for (const entry of besides) into.set(keyOf(entry.id), entry);
  alignUnsaid(side, mine, theirs, into);
  return catalogOf(
    mine.source,
    mine.serverVersion,
    into,
    { own: ownReferences, told: edgeSource(mine).told },
    mine.notAnalysed,
    closedBundles(mine),
  );
}

/** Puts into `into` what the side leaves unsaid, as the other side has it. What is bundled, both say or none. */
function alignUnsaid(side: Side, mine: Catalog, theirs: Catalog, into: Map<Key, Entry>): void {
  for (const [key, entry] of loose(mine)) {
    const { id } = entry;
    const role = isOfRole(id) ? roleOf(id)! : undefined;
    const isUnsaidRole = role !== undefined && (role === side.maker || side.assumedRoles.has(role));
    if (isUnsaidRole || objectOf(id).kind === 'database') into.delete(key);
  }
  // Looking for what is on them opens some.
  const told = [...loose(theirs)];
  for (const [key, entry] of told) {
    const { id } = entry;
    const role = isOfRole(id) ? roleOf(id)! : undefined;
    if (role !== undefined && (role === side.maker || side.assumedRoles.has(role))) into.set(key, entry);
    if (objectOf(id).kind === 'database') into.set(key, entry);
    const own = into.get(key);
    if (own?.aside?.['isDefault'] === true) into.set(key, withVersionOf(own, entry));
    if (id.kind === 'owner' && into.has(keyOf(id.on)))
      alignOwner(entry as Entry<OwnerId>, side, mine, theirs, into);
  }
}

/** An extension of no version in particular: whichever version the other side has will do. */
export function withVersionOf(own: Entry, other: Entry): Entry {
  if (own.id.kind !== 'extension') return own;
  return { ...own, attrs: { ...own.attrs, version: other.attrs['version']! } };
}

/** An object that nobody gave an owner belongs to whom the other side says, with the privileges that come of it. */
function alignOwner(
  owner: Entry<OwnerId>,
  { maker }: Side,
  mine: Catalog,
  theirs: Catalog,
  into: Map<Key, Entry>,
): void {
  const before = mine.entries.get(keyOf(owner.id));
  if (before !== undefined && before.attrs['role'] !== maker) return;
  for (const key of openBundles(mine, keyOf(owner.id.on), 'grant')) {
    const entry = mine.entries.get(key);
    if (entry !== undefined && !into.has(key)) into.set(key, entry);
  }
  const implied = (entry: Entry | undefined, on: Catalog) =>
    entry === undefined ? [] : (kindOf(entry.id).implies?.(entry, on) ?? []).map(({ id }) => keyOf(id));
  for (const key of implied(before, mine)) into.delete(key);
  for (const key of implied(owner, theirs)) {
    const entry = theirs.entries.get(key);
    if (entry !== undefined) into.set(key, entry);
  }
  into.set(keyOf(owner.id), owner);
}

function isOfRole(id: Id): boolean {
  return roleOf(id) !== undefined;
}

/** @returns the role that an entry describes: itself, its settings, its comment, what it is a member of. */
function roleOf(id: Id): string | undefined {
  if (id.kind === 'membership') return id.member;
  const object = objectOf(id);
  return object.kind === 'role' && (id.kind !== 'grant' || id.on.kind === 'role') ? object.name : undefined;
}
