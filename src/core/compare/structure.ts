/**
 * Structural drift: what a live database is like against what its applied migrations made, object by object. Roles,
 * owners, privileges and the partitions of partition sets are left to the rules about them.
 */
import { diff } from '../diff/diff.ts';
import { governs } from '../manifest/placement.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { domainOf } from '../manifest/domain-of.ts';
import { isOfSet, partitionSets } from '../manifest/partition-sets.ts';
import {
  type Catalog,
  catalogOf,
  closedBundles,
  edgeIndex,
  edgeSource,
  find,
  keptOf,
  loose,
  toldEdges,
  withoutObjects,
} from '../model/catalog.ts';
import type { Change } from '../model/change.ts';
import type { Bundle, Bundles } from '../model/entry-map.ts';
import type { Entry } from '../model/entry.ts';
import { type Id, type IndexId, type Key, type Kind, keyOf, nameOf, objectOf } from '../model/id.ts';
import { pushTo } from '../model/push-to.ts';
import type { Statement } from '../model/statement.ts';
import { toldWith } from '../kinds/identity-privileges.ts';
import { ownReferences } from '../kinds/kinds.ts';
import type { IndexAttributes } from '../kinds/parts.ts';
import { plan } from '../plan/plan.ts';
import type { Use } from '../bodies/uses.ts';
import { comparable } from './comparable.ts';
import { acrossMajors } from './majors.ts';

/** One object that differs. */
export interface Drifted {
  readonly object: Id;
  /** Whether the live database lacks it, has it besides, or has it otherwise. */
  readonly as: 'missing' | 'unexpected' | 'changed';
  readonly changes: readonly Change[];
  /** The statements that put it right, in the order of the whole plan. */
  readonly fix: readonly string[];
  /** What of its data the fix would lose, a clause each. */
  readonly losses: readonly string[];
}

export interface Structure {
  readonly drifted: readonly Drifted[];
  /** Everything at once, in order. */
  readonly fix: readonly string[];
}

/** @param applied what the migrations that are applied make. @param uses of `applied`. @param unknown domains of which nothing says what they are to be like. */
export async function structuralDrift(
  manifest: Manifest,
  database: string,
  applied: Catalog,
  live: Catalog,
  uses: readonly Use[],
  unknown: ReadonlySet<string>,
): Promise<Structure> {
  const side = { assumedRoles: new Set<string>(), maker: 'postgres' };
  const compared = comparable(
    { ...side, catalog: live, isLive: true, saysRoles: false },
    { ...side, catalog: applied, isLive: false, saysRoles: true, governs: governs(manifest, database) },
  );
  const [from, to] = await acrossMajors(compared.from, compared.to);
  const [is, should] = withoutOthersBusiness(manifest, database, from, to, unknown);
  const changes = diff(should, is);
  const steps = plan(is, should, { domainOf: () => 'all', uses, online: false });
  const statements = steps.flatMap((step) => step.statements);
  const byObject = new Map<Key, { id: Id; changes: Change[] }>();
  const objectIn = (id: Id): Id => owningObject(id, [should, is]);
  for (const change of changes) {
    const id = objectIn(change.op === 'alter' ? change.id : change.entry.id);
    const known = byObject.get(keyOf(id));
    if (known === undefined) byObject.set(keyOf(id), { id, changes: [change] });
    else known.changes.push(change);
  }
  const statementsOf = new Map<Key, Statement[]>();
  for (const statement of statements) {
    const objects = [...statement.produces, ...statement.destroys].flatMap((each) => {
      const entry = should.entries.get(each) ?? is.entries.get(each);
      return entry === undefined ? [] : keyOf(objectIn(entry.id));
    });
    for (const key of new Set(objects)) pushTo(statementsOf, key, statement);
  }
  const drifted = [...byObject.values()].map(({ id, changes: own }): Drifted => {
    const key = keyOf(id);
    const about = statementsOf.get(key) ?? [];
    return {
      object: id,
      as: !is.entries.has(key) ? 'missing' : !should.entries.has(key) ? 'unexpected' : 'changed',
      changes: own,
      fix: about.map(({ sql }) => sql),
      losses: about.flatMap(({ hazards }) =>
        hazards.filter(({ name }) => name === 'data-loss').map(({ detail }) => detail),
      ),
    };
  });
  return { drifted, fix: statements.map(({ sql }) => sql) };
}

/** An index is its table's, and so are privileges on the sequence of an identity column. */
function owningObject(id: Id, catalogs: readonly Catalog[]): Id {
  const object = objectOf(id);
  if ((id.kind === 'grant' || id.kind === 'revoke') && object.kind === 'sequence')
    return toldWith(catalogs.map((each) => find(each, id)).find(Boolean) ?? { id });
  if (object.kind !== 'index') return object;
  for (const each of catalogs) {
    const index = find<IndexId, IndexAttributes>(each, object);
    if (index === undefined) continue;
    const table = { kind: 'table', schema: object.schema, name: index.attrs.table } as const;
    return find(each, table) === undefined ? object : table;
  }
  return object;
}

/** Both sides, where what other rules report is as it is in the live database. */
function withoutOthersBusiness(
  manifest: Manifest,
  database: string,
  is: Catalog,
  should: Catalog,
  unknown: ReadonlySet<string>,
): [Catalog, Catalog] {
  const sets = partitionSets(manifest, database);
  const isOthers = ({ id }: Entry, on: Catalog): boolean => {
    if (id.kind === 'membership' || id.kind === 'default-privilege') return true;
    const object = owningObject(id, [on]);
    if (object.kind === 'role' || object.kind === 'database') return true;
    if (unknown.size > 0 && unknown.has(domainOf(manifest, database, object)?.name ?? '')) return true;
    if (object.kind === 'table' && isOfSet(object, on, sets)) return true;
    // Owners and privileges are looked at one by one; what is made anew gets its own.
    return (
      (id.kind === 'owner' || id.kind === 'grant' || id.kind === 'revoke') &&
      is.entries.has(keyOf(object)) === should.entries.has(keyOf(object))
    );
  };
  const isOthersBundle = ({ on: object }: Bundle, kinds: ReadonlySet<Kind>, on: Catalog) =>
    isOthers(
      { id: kinds.has('grant') ? { kind: 'grant', on: object, to: '', privilege: '' } : object, attrs: {} },
      on,
    );
  const kept = keptOf(
    should,
    (entry) => !isOthers(entry, should),
    (bundle, kinds) => (isOthersBundle(bundle, kinds, should) ? 'goes' : 'stays'),
  );
  // A table's parts have edges to others.
  const taken = keptOf(
    is,
    (entry) => isOthers(entry, is),
    (bundle, kinds) => (!isOthersBundle(bundle, kinds, is) ? 'goes' : kinds.has('grant') ? 'stays' : 'opens'),
  );
  const added = Array.from(loose(taken), ([, entry]) => entry);
  const edges = added.flatMap(({ id }) => edgeIndex(is).byDependent.get(keyOf(id)) ?? []);
  return [
    is,
    catalogOf(
      should.source,
      should.serverVersion,
      new Map([...loose(kept), ...loose(taken)]),
      { own: ownReferences, told: toldEdges(edges, edgeSource(should).told) },
      should.notAnalysed,
      inTurn(closedBundles(kept), closedBundles(taken)),
    ),
  ];
}

/** @returns the bundles of both, sort by sort. */
function inTurn(one: readonly Bundles[], other: readonly Bundles[]): readonly Bundles[] {
  return Array.from({ length: Math.max(one.length, other.length) }, (_, at) => {
    const [first, second] = [one[at], other[at]];
    if (first === undefined || second === undefined) return (first ?? second)!;
    return {
      kinds: first.kinds,
      on: new Map([...first.on, ...second.on]),
      placesOf: (key) => [...first.placesOf(key), ...second.placesOf(key)],
    };
  });
}

/** The live catalog but for what no migration made: that it is there is the fact; who owns it and who may use it follows. */
export function withoutUnexpected(live: Catalog, { drifted }: Structure): Catalog {
  const unexpected = new Set(
    drifted.filter(({ as }) => as === 'unexpected').map(({ object }) => keyOf(object)),
  );
  if (unexpected.size === 0) return live;
  return withoutObjects(live, ({ id }) => unexpected.has(keyOf(owningObject(id, [live]))));
}

/** @returns a change in words: `column extra integer`, `default of state: 'new' instead of none`. */
export function describeChange(change: Change, object: Id): string {
  const id = change.op === 'alter' ? change.id : change.entry.id;
  const what = keyOf(id) === keyOf(object) ? '' : `${id.kind} ${'name' in id ? id.name : nameOf(id)}`;
  if (change.op === 'create') return `has ${what || 'been made'}`;
  if (change.op === 'drop') return `lacks ${what}`;
  const value = (each: unknown) =>
    each === null ? 'none' : typeof each === 'string' ? each : JSON.stringify(each);
  return `${what === '' ? '' : `${what}: `}${change.attr} is ${value(change.to)}, not ${value(change.from)}`;
}
