/** A trigger's function runs for whoever changes the table, EXECUTE or not; a SECURITY DEFINER one as its owner. */
import type { FunctionAttributes } from '../../kinds/function.ts';
import type { TriggerAttributes } from '../../kinds/trigger.ts';
import { parentOf } from '../../manifest/resolve/domain-objects.ts';
import { type Catalog, edgeIndex, entriesOf, find, wholeOf } from '../../model/catalog.ts';
import {
  type FunctionId,
  type ObjectId,
  type RelationId,
  type TriggerId,
  keyOf,
  relationsOf,
} from '../../model/id.ts';
import { onceOf } from '../../model/once-of.ts';
import { identifier } from '../../../sql/quote.ts';
import { grantedColumns } from '../granted-columns.ts';
import { type Path, type Question, type World, isAllowed, pathsNow } from '../path.ts';
import { type Bodies, useOf } from './functions.ts';

/** @returns the paths on which what the role may do to some table makes a trigger's function, as its owner, do it to this object. */
export function throughTriggers(world: World, question: Question, bodies: Bodies): Path[] {
  const { role, privilege, on } = question;
  const { catalog, access } = world;
  const wanted = keyOf(wholeOf(catalog, on));
  const paths: Path[] = [];
  for (const { id, attrs, routine } of definerTriggers(catalog)) {
    const owner = access.ownerOf(routine);
    if (owner === undefined || owner === role) continue;
    if (!isAllowed(world, { role: owner, privilege, on })) continue;
    const { names, why } = useOf(world, routine, wanted, bodies);
    if (!names && why === undefined) continue;
    const how = firing(world, role, id, attrs);
    if (how === undefined) continue;
    const note = names ? 'its body uses it' : `may use it: ${why!}`;
    paths.push([
      ...how,
      { via: 'trigger', object: id },
      { via: 'function', object: routine, role: owner, note },
    ]);
  }
  return paths;
}

/** The triggers that fire, and run a SECURITY DEFINER function. */
const definerTriggers = onceOf((catalog: Catalog) =>
  [...entriesOf<'trigger', TriggerAttributes>(catalog, 'trigger')].flatMap(({ id, attrs }) => {
    const fires = attrs.enabled !== 'disabled' && attrs.enabled !== 'replica';
    const routine = fires ? functionOf(catalog, id) : undefined;
    return routine === undefined ? [] : [{ id, attrs, routine }];
  }),
);

/** The function that it runs, if that is a SECURITY DEFINER one. */
function functionOf(catalog: Catalog, id: TriggerId): FunctionId | undefined {
  for (const { referenced } of edgeIndex(catalog).byDependent.get(keyOf(id)) ?? []) {
    const entry = catalog.entries.get(referenced);
    // What its condition calls runs as whoever fires it, and returns no trigger.
    if (entry?.id.kind !== 'function') continue;
    const attrs = entry.attrs as FunctionAttributes;
    if (attrs.returns === 'trigger' && attrs.securityDefiner) return entry.id;
  }
  return undefined;
}

const events = ['insert', 'update', 'delete', 'truncate'];

/** @returns how the role holds what fires the trigger: on its table, or on one above, whose rows are this one's. */
function firing(
  world: World,
  role: string,
  id: TriggerId,
  { definition }: TriggerAttributes,
): Path | undefined {
  const { catalog } = world;
  const head = definition.slice(definition.indexOf(identifier(id.name)) + identifier(id.name).length);
  const what = /^\s+(?:BEFORE|AFTER|INSTEAD OF)\s+(.*?)\s+ON\s/s.exec(head)?.[1] ?? '';
  const fires = events.filter((event) => new RegExp(`\\b${event}\\b`, 'i').test(what));
  const table = relationsOf(id).find((each) => find(catalog, each) !== undefined);
  const above: RelationId[] = [];
  for (let each = table; each !== undefined; each = parentOf(catalog, each)) above.push(each);
  for (const each of above)
    for (const privilege of fires)
      for (const on of withColumns(world, each, privilege)) {
        const question = { role, privilege, on };
        if (isAllowed(world, question)) return pathsNow(world, question)[0];
      }
  return undefined;
}

/** The table, and those of its columns on which somebody has the privilege. */
function* withColumns({ access }: World, table: RelationId, privilege: string): Generator<ObjectId> {
  yield table;
  yield* grantedColumns(access, table, privilege);
}
