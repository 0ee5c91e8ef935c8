/** `dbctl audit explain` and `dbctl audit who-can` as JSON and as text. */
import type { Explanation } from '../../core/access/explain.ts';
import type { Path } from '../../core/access/path.ts';
import type { Able, WhoCan } from '../../core/access/who-can.ts';
import { nameOf } from '../../core/model/id.ts';
import { granteeName, grantedOn } from '../../core/rules/wording.ts';
import { identifier } from '../../sql/quote.ts';
import type { Chalk } from '../colour.ts';
import { pathText, pathsJson } from './paths.ts';

/** @param database whose object it is, for messages. */
export function explainJson(explanation: Explanation, database: string): object {
  const { role, privilege, on, allowed, paths, usage, afterSetRole, beyond, missing, notes } = explanation;
  return {
    version: 1,
    command: 'audit explain',
    database,
    role,
    privilege,
    object: nameOf(on),
    kind: on.kind,
    allowed,
    paths: pathsJson(paths),
    usage: usage === null ? null : { schema: identifier(usage.schema), paths: pathsJson(usage.paths) },
    afterSetRole: pathsJson(afterSetRole),
    beyond: pathsJson(beyond),
    missing,
    notes,
  };
}

export function explainText(explanation: Explanation, colour: Chalk): string {
  const { role, privilege, on, allowed, paths, usage, afterSetRole, beyond, missing, notes } = explanation;
  const what = `${privilege} on ${grantedOn(on)}`;
  const verdict = allowed ? colour.green('yes') : colour.red('no');
  return [
    `${verdict}: ${colour.bold(granteeName(role))} ${allowed ? 'has' : 'does not have'} ${what}`,
    ...missing.flatMap(({ message, help }) => [`  ${message}`, `  ${colour.dim(help)}`]),
    ...block(paths.length > 0 && !allowed ? 'it holds the privilege, of no use' : '', paths),
    ...(usage === null || paths.length === 0 || usage.paths.length === 0
      ? []
      : block(`usage on schema ${identifier(usage.schema)}`, usage.paths.slice(0, 1))),
    ...block('after SET ROLE', afterSetRole),
    ...block('beyond what it holds', beyond),
    ...notes.map((note) => `${colour.yellow('note')} ${note}`),
  ].join('\n');
}

function block(title: string, paths: readonly Path[]): string[] {
  if (paths.length === 0) return [];
  return [...(title === '' ? [] : [`${title}:`]), ...paths.map((path) => `  ${pathText(path)}`)];
}

const ableJson = ({ role, paths }: Able) => ({ role, paths: pathsJson(paths) });

export function whoCanJson({ privilege, on, roles, afterSetRole, beyond }: WhoCan, database: string): object {
  return {
    version: 1,
    command: 'audit who-can',
    database,
    privilege,
    object: nameOf(on),
    kind: on.kind,
    roles: roles.map(ableJson),
    afterSetRole: afterSetRole.map(ableJson),
    beyond: beyond.map(ableJson),
  };
}

export function whoCanText({ privilege, on, roles, afterSetRole, beyond }: WhoCan, colour: Chalk): string {
  const what = `${privilege} on ${grantedOn(on)}`;
  const listed = (all: readonly Able[]) =>
    all.flatMap(({ role, paths }) => [
      `  ${colour.bold(granteeName(role))}`,
      ...paths.map((path) => `    ${pathText(path)}`),
    ]);
  return [
    ...(roles.length === 0 ? [`no role has ${what}`] : [`${what}:`, ...listed(roles)]),
    ...(afterSetRole.length === 0 ? [] : ['after SET ROLE:', ...listed(afterSetRole)]),
    ...(beyond.length === 0 ? [] : ['beyond what they hold:', ...listed(beyond)]),
  ].join('\n');
}
