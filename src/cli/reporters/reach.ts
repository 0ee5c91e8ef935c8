/** `dbctl audit role` and `dbctl audit future` as JSON and as text. */
import type { Future, FutureGrant } from '../../core/access/future.ts';
import type { Reach, Reached } from '../../core/access/reach.ts';
import { nameOf } from '../../core/model/id.ts';
import { groupBy } from '../../core/rules/group-by.ts';
import { granteeName, grantedOn } from '../../core/rules/wording.ts';
import { identifier } from '../../sql/quote.ts';
import type { Chalk } from '../colour.ts';
import { privilegeJson, viaText } from './matrix.ts';
import { pathText, pathsJson } from './paths.ts';
import { type Cell, tableText } from './table.ts';

interface InDatabase {
  readonly database: string;
  readonly reach: Reach;
}

const levels = ['now', 'set role', 'grants itself'] as const;

export function reachJson(role: string, reached: readonly InDatabase[]): object {
  return {
    version: 1,
    command: 'audit role',
    role,
    attributes: reached[0]?.reach.attributes ?? [],
    databases: reached.map(({ database, reach: { becomes, held, runsAs } }) => ({
      database,
      becomes: becomes.map((standing) => ({
        role: standing.role,
        how: levels[standing.level],
        path: pathsJson([standing.steps])[0],
      })),
      privileges: held.map((each) => ({
        domain: each.domain ?? null,
        ...privilegeJson(each),
        after: each.after ?? null,
      })),
      runsAs: runsAs.map((each) => ({ object: nameOf(each.function), role: each.role })),
    })),
  };
}

export function reachText(reached: readonly InDatabase[], colour: Chalk): string {
  return reached
    .map(({ database, reach }) => {
      const text = oneText(reach, colour);
      return reached.length === 1 ? text : `${colour.bold(database)}\n${text}`;
    })
    .join('\n\n');
}

function oneText({ role, attributes, mayConnect, becomes, held, runsAs }: Reach, colour: Chalk): string {
  const lines = [
    `${colour.bold(granteeName(role))}${attributes.length === 0 ? '' : `: ${attributes.join(', ')}`}`,
  ];
  if (attributes.includes('login') && !mayConnect) lines.push('may not connect to the database');
  if (attributes.includes('superuser')) lines.push('a superuser holds every privilege');
  for (const standing of becomes)
    lines.push(
      `${{ now: 'has the privileges of', 'set role': 'may become', 'grants itself': 'may make itself' }[levels[standing.level]]} ${colour.bold(granteeName(standing.role))}: ${pathText(standing.steps)}`,
    );
  for (const each of runsAs)
    lines.push(`may call ${nameOf(each.function)}, which runs as ${colour.bold(granteeName(each.role))}`);
  // What everybody has of a type or a function says nothing of this role.
  const told = held.filter(
    ({ by, object }) =>
      by.via !== 'public' || role === 'public' || 'table' in object || object.kind === 'table',
  );
  if (told.length > 0) lines.push('', privilegesText(told, colour));
  const others = held.length - told.length;
  if (others > 0)
    lines.push('', colour.dim(`and ${others} more that PUBLIC has on functions, types and the like`));
  return lines.join('\n');
}

function privilegesText(held: readonly Reached[], colour: Chalk): string {
  const rows = groupBy(held, ({ domain, object, by, after, reachable }) =>
    [domain ?? '', object.kind, nameOf(object), viaText(by), after ?? '', reachable].join('\0'),
  ).map((group): (string | Cell)[] => {
    const { domain, object, by, after, reachable } = group[0]!;
    return [
      domain ?? '-',
      grantedOn(object),
      group
        .map(({ privilege, grantable }) => `${privilege}${grantable && by.via !== 'owner' ? '*' : ''}`)
        .join(', '),
      viaText(by),
      after === undefined
        ? reachable
          ? ''
          : { text: 'no usage on the schema', style: (text: string) => colour.red(text) }
        : `after SET ROLE ${granteeName(after)}`,
    ];
  });
  return tableText(['domain', 'object', 'privileges', 'via', ''], rows, colour);
}

export function futureJson({ role, schema, mayCreate, grants, notes }: Future, database: string): object {
  return {
    version: 1,
    command: 'audit future',
    database,
    role,
    schema: identifier(schema),
    mayCreate,
    grants: grants.map(({ objects, to, privilege, grantable, because, reachable }) => ({
      objects,
      role: to,
      privilege,
      grantable,
      because,
      reachable,
    })),
    notes,
  };
}

export function futureText({ role, schema, mayCreate, grants, notes }: Future, colour: Chalk): string {
  const why = ({ because }: FutureGrant, to: string) =>
    because === 'built in' ? (to === role ? 'its owner' : 'built in') : because;
  const rows = groupBy(grants, (each) => [each.objects, each.to, why(each, each.to)].join('\0')).map(
    (group) => {
      const [first] = group as [FutureGrant];
      return [
        first.objects,
        granteeName(first.to),
        group.map(({ privilege, grantable }) => `${privilege}${grantable ? '*' : ''}`).join(', '),
        why(first, first.to),
      ];
    },
  );
  const who = colour.bold(granteeName(role));
  const head = `what ${who} makes in schema ${identifier(schema)}${mayCreate ? '' : ', where it may make nothing now'}`;
  return [
    head,
    tableText(['objects', 'role', 'privileges', 'because'], rows, colour),
    ...notes.map((note) => `${colour.yellow('note')} ${note}`),
  ].join('\n');
}
