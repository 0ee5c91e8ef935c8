/** One question answered: whether a role may do something with an object, by every path; and if not, what is missing. */
import { listOf, granteeName, grantedOn } from '../rules/wording.ts';
import { sqlToCreate } from '../rules/fix.ts';
import { type GrantId, isRelation, schemaOf } from '../model/id.ts';
import { identifier } from '../../sql/quote.ts';
import { throughCascades } from './beyond/cascades.ts';
import { type Bodies, throughFunctions } from './beyond/functions.ts';
import { throughPartitions } from './beyond/partitions.ts';
import { throughOwner, throughRoles } from './beyond/roles.ts';
import { throughTriggers } from './beyond/triggers.ts';
import { throughViews } from './beyond/views.ts';
import { grantedColumns } from './granted-columns.ts';
import { notesOn } from './notes.ts';
import {
  type Path,
  type Question,
  type World,
  endsOf,
  isAllowed,
  pathsAfterSetRole,
  pathsNow,
} from './path.ts';

export interface Explanation extends Question {
  /** Now, as it is: without SET ROLE. */
  readonly allowed: boolean;
  /** Every path to the privilege itself. */
  readonly paths: readonly Path[];
  /** USAGE on the object's schema, without which the privilege does nothing; null for what lies in no schema. */
  readonly usage: { readonly schema: string; readonly paths: readonly Path[] } | null;
  readonly afterSetRole: readonly Path[];
  /** How the role comes to it without holding it: what it may grant itself, call, or do to another object. */
  readonly beyond: readonly Path[];
  /** What it lacks; empty if it is allowed. */
  readonly missing: readonly Missing[];
  readonly notes: readonly string[];
}

export interface Missing {
  readonly message: string;
  readonly help: string;
}

/** @param bodies of the same catalog's functions. */
export function explain(world: World, question: Question, bodies: Bodies): Explanation {
  const { role, on } = question;
  const schema = on.kind === 'schema' ? undefined : schemaOf(on);
  const onSchema: Question | undefined =
    schema === undefined ? undefined : { role, privilege: 'usage', on: { kind: 'schema', name: schema } };
  const paths = pathsNow(world, question);
  const usage = onSchema === undefined ? null : { schema: schema!, paths: pathsNow(world, onSchema) };
  const allowed = isAllowed(world, question);
  return {
    ...question,
    allowed,
    paths,
    usage,
    afterSetRole: pathsAfterSetRole(world, question),
    beyond: allowed ? [] : beyondOf(world, question, bodies),
    missing: allowed
      ? []
      : missingOf(world, question, paths.length > 0, onSchema, (usage?.paths.length ?? 1) > 0),
    notes: notesOn(world, question, allowed),
  };
}

/** @returns how a role that is not allowed comes to it all the same. */
export function beyondOf(world: World, question: Question, bodies: Bodies): readonly Path[] {
  return [
    ...(question.role === 'public'
      ? []
      : [...throughRoles(world, question), ...throughOwner(world, question)]),
    ...throughFunctions(world, question, bodies),
    ...throughTriggers(world, question, bodies),
    ...throughViews(world, question),
    ...throughCascades(world, question),
    ...throughPartitions(world, question),
    ...throughColumns(world, question),
  ];
}

/** The columns of a table on which the privilege is held, where it is not held on all of it. */
function throughColumns(world: World, { role, privilege, on }: Question): Path[] {
  if (!isRelation(on)) return [];
  return grantedColumns(world.access, on, privilege).flatMap((column): Path[] => {
    const question = { role, privilege, on: column };
    const [how] = isAllowed(world, question) ? pathsNow(world, question) : [];
    return how === undefined ? [] : [[...how, { via: 'column', object: column, note: 'this column only' }]];
  });
}

/** What would make it allowed, the nearest thing first. */
function missingOf(
  world: World,
  { role, privilege, on }: Question,
  isHeld: boolean,
  onSchema: Question | undefined,
  hasUsage: boolean,
): Missing[] {
  const missing: Missing[] = [];
  if (!isHeld) {
    const who = granteeName(role);
    const groups = role === 'public' ? '' : ', to no role whose privileges it inherits, and not to PUBLIC';
    const has = onSchema !== undefined && hasUsage ? `; it has usage on ${grantedOn(onSchema.on)}` : '';
    missing.push({
      message: `${privilege} on ${grantedOn(on)} is not granted to ${who}${groups}${has}`,
      help: helpFor(world, { role, privilege, on }),
    });
  }
  if (onSchema !== undefined && !hasUsage)
    missing.push({
      message: `${granteeName(role)} has no usage on ${grantedOn(onSchema.on)}, without which nothing in it can be named`,
      help: helpFor(world, onSchema),
    });
  return missing;
}

/** A grant, or a membership in a role that is there for it. */
function helpFor(world: World, { role, privilege, on }: Question): string {
  const grant: GrantId = { kind: 'grant', on, to: role, privilege };
  const [sql] = sqlToCreate([{ id: grant, attrs: { grantable: false } }], world.catalog);
  const owner = world.access.ownerOf(on);
  const holders = [
    ...new Set(
      endsOf(world, privilege, on)
        .map(({ holder }) => holder)
        .filter(
          (holder) => holder !== 'public' && holder !== owner && holder !== role && !holder.startsWith('pg_'),
        ),
    ),
  ];
  const groups =
    role === 'public' || holders.length === 0 ? '' : ` It is held by ${listOf(holders.map(identifier), 4)}.`;
  return `Write: ${sql}.${groups}`;
}
