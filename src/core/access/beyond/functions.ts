/** A SECURITY DEFINER function runs as its owner: what it does with it, its body tells, as far as it can be read. */
import { type Uses, usesOf } from '../../bodies/uses.ts';
import type { FunctionAttributes } from '../../kinds/function.ts';
import {
  type Catalog,
  catalog as catalogOf,
  edgeIndex,
  entriesOf,
  loose,
  relationOf,
  wholeOf,
} from '../../model/catalog.ts';
import { onceOf } from '../../model/once-of.ts';
import { pushTo } from '../../model/push-to.ts';
import { type FunctionId, type Key, isRelation, keyOf } from '../../model/id.ts';
import { type Path, type Question, type World, isAllowed, pathsNow } from '../path.ts';

/** What the bodies of a database's SECURITY DEFINER functions, and of those that they call, name. */
export interface Bodies {
  readonly uses: ReadonlyMap<Key, readonly Key[]>;
  /** Why it is not known what a function uses. */
  readonly unknown: ReadonlyMap<Key, string>;
}

const readable = new Set(['sql', 'plpgsql']);

/** Reads the bodies, if there is any SECURITY DEFINER function. */
export async function bodiesOf(catalog: Catalog): Promise<Bodies> {
  const functions = [...entriesOf<'function', FunctionAttributes>(catalog, 'function')];
  const isNeeded = functions.some(({ attrs }) => attrs.securityDefiner);
  const read: Uses = isNeeded ? await usesOf(named(catalog)) : { uses: [], unknown: [] };
  const uses = new Map<Key, Key[]>();
  for (const { by, of } of read.uses) pushTo(uses, by, of);
  const unknown = new Map<Key, string>(read.unknown.map(({ function: id, why }) => [keyOf(id), why]));
  for (const { id, attrs } of functions)
    if (!readable.has(attrs.language)) unknown.set(keyOf(id), `it is written in ${attrs.language}`);
  return { uses, unknown };
}

/** What a body may name, without the rest. */
const named = ({ source, serverVersion, entries }: Catalog): Catalog =>
  catalogOf(
    source,
    serverVersion,
    Array.from(loose({ entries }), ([, entry]) => entry).filter(
      ({ id }) => id.kind === 'function' || isRelation(id),
    ),
  );

/** @returns the paths through functions that the role may call now, whose owner may do it. */
export function throughFunctions(world: World, { role, privilege, on }: Question, bodies: Bodies): Path[] {
  const { catalog, access } = world;
  const wanted = keyOf(wholeOf(catalog, on));
  const paths: Path[] = [];
  for (const { id } of definers(catalog)) {
    const owner = access.ownerOf(id);
    if (owner === undefined || owner === role || !isAllowed(world, { role: owner, privilege, on })) continue;
    const execute = { role, privilege: 'execute', on: id };
    if (!isAllowed(world, execute)) continue;
    const { names, why } = useOf(world, id, wanted, bodies);
    // What neither it nor anything that it calls names, it does not give.
    if (!names && why === undefined) continue;
    const note = names ? 'its body uses it' : `may use it: ${why!}`;
    paths.push([...(pathsNow(world, execute)[0] ?? []), { via: 'function', object: id, role: owner, note }]);
  }
  return paths;
}

/** SECURITY DEFINER functions that can be called. */
const definers = onceOf((catalog: Catalog) =>
  [...entriesOf<'function', FunctionAttributes>(catalog, 'function')].filter(
    ({ attrs }) => attrs.securityDefiner && attrs.returns !== 'trigger' && attrs.returns !== 'event_trigger',
  ),
);

/** Whether a function uses the object: itself, or through what it calls and the views that it reads. */
export function useOf(
  { catalog }: World,
  id: FunctionId,
  wanted: Key,
  { uses, unknown }: Bodies,
): { readonly names: boolean; readonly why: string | undefined } {
  const { byDependent } = edgeIndex(catalog);
  const seen = new Set([keyOf(id)]);
  let why: string | undefined;
  // A set is walked in the order of insertion, and takes in what is added on the way.
  for (const key of seen) {
    if (key === wanted) return { names: true, why: undefined };
    why ??= unknown.get(key);
    for (const each of uses.get(key) ?? []) seen.add(each);
    const { id: from } = catalog.entries.get(key)!;
    // A table's own edges lead to types, sequences and defaults, which is not what the function reads.
    if (from.kind === 'table' || from.kind === 'foreign-table') continue;
    for (const { referenced } of byDependent.get(key) ?? []) {
      const to = catalog.entries.get(referenced)?.id;
      if (to === undefined) continue;
      if (isRelation(to) || to.kind === 'function' || to.kind === 'sequence') seen.add(referenced);
      else if (to.kind === 'column') seen.add(keyOf(relationOf(catalog, to)));
    }
  }
  return { names: false, why };
}
