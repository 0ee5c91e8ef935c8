/** `dbctl audit diff` as JSON and as text: one line for each fact, with what comes of it. */
import type { AccessChange, RoleChange } from '../../core/access/change.ts';
import type { FactChange } from '../../core/access/facts.ts';
import type { Value } from '../../core/model/entry.ts';
import { nameOf } from '../../core/model/id.ts';
import { groupBy } from '../../core/rules/group-by.ts';
import { granteeName, grantedOn, listOf } from '../../core/rules/wording.ts';
import type { Chalk } from '../colour.ts';
import { pathsJson } from './paths.ts';

interface Names {
  readonly from: string;
  readonly to: string;
}

/** One database. */
export interface DatabaseDiff {
  readonly database: string;
  readonly changes: readonly AccessChange[];
  readonly roles: readonly RoleChange[];
  readonly facts: readonly FactChange[];
}

export function accessDiffJson({ from, to }: Names, diffs: readonly DatabaseDiff[]): object {
  const of = (wanted: AccessChange['change']) =>
    diffs.flatMap(({ database, changes }) =>
      changes
        .filter(({ change }) => change === wanted)
        .map(({ role, object, privilege, grantOption, because, path }) => ({
          database,
          role,
          object: nameOf(object),
          kind: object.kind,
          privilege,
          grantOption,
          because,
          path: pathsJson([path])[0],
        })),
    );
  return {
    version: 1,
    command: 'audit diff',
    from,
    to,
    roles: once(diffs.flatMap(({ roles }) => roles)),
    facts: diffs.flatMap(({ database, facts }) => facts.map((fact) => ({ database, ...fact }))),
    gained: of('gained'),
    lost: of('lost'),
  };
}

/** Databases of one server have the same roles. */
const once = <T>(all: readonly T[]): T[] => [
  ...new Map(all.map((each) => [JSON.stringify(each), each])).values(),
];

export function accessDiffText({ from, to }: Names, diffs: readonly DatabaseDiff[], colour: Chalk): string {
  const told = (diffs.length === 1 ? diffs : serversApart(diffs)).map((each) => ({
    database: each.database,
    lines: linesOf(each, colour),
  }));
  const changed = told.filter(({ lines }) => lines.length > 0);
  if (changed.length === 0) return `nobody gained or lost access between ${from} and ${to}`;
  return changed
    .map(({ database, lines }) => (diffs.length === 1 ? lines : [colour.bold(database), ...lines]).join('\n'))
    .join('\n\n');
}

/** What changed in every one of several databases alike, of roles: told once, before what is of each. */
function serversApart(diffs: readonly DatabaseDiff[]): DatabaseDiff[] {
  const inAll = (texts: readonly (readonly string[])[]) =>
    new Set((texts[0] ?? []).filter((text) => texts.every((each) => each.includes(text))));
  const text = (each: RoleChange | FactChange) => JSON.stringify(each);
  const roles = inAll(diffs.map((each) => each.roles.map(text)));
  const facts = inAll(diffs.map((each) => each.facts.filter(isServers).map(text)));
  const part = (diff: DatabaseDiff, isShared: boolean): DatabaseDiff => ({
    ...diff,
    roles: diff.roles.filter((each) => roles.has(text(each)) === isShared),
    facts: diff.facts.filter((each) => (isServers(each) && facts.has(text(each))) === isShared),
  });
  return [
    ...diffs.slice(0, 1).map((each) => ({ ...part(each, true), database: 'the server', changes: [] })),
    ...diffs.map((each) => part(each, false)),
  ];
}

const isServers = ({ kind }: FactChange): boolean =>
  kind === 'role' || kind === 'membership' || kind === 'role-setting';

function linesOf({ changes, roles, facts }: DatabaseDiff, colour: Chalk): string[] {
  const sign = (change: 'gained' | 'lost') => (change === 'gained' ? colour.green('+') : colour.red('-'));
  const lines = roles.map(({ change, role, what }) =>
    what === 'existence'
      ? `${sign(change)} role ${granteeName(role)}`
      : `${sign(change)} ${granteeName(role)}: ${what}`,
  );
  for (const { change, fact, from, to } of facts) {
    if (change === 'changed') lines.push(`${colour.yellow('~')} ${fact}: ${said(from)} → ${said(to)}`);
    else {
      const options = optionsOf(to ?? from);
      lines.push(
        `${sign(change === 'added' ? 'gained' : 'lost')} ${fact}${options === '' ? '' : ` (${options})`}`,
      );
    }
  }
  for (const group of groupBy(changes, ({ change, because }) => `${change}\0${because}`)) {
    const { change, because } = group[0]!;
    lines.push(`${sign(change)} ${because}`);
    const verb = change === 'gained' ? 'gains' : 'loses';
    for (const same of groupBy(group, ({ role, privilege, grantOption }) =>
      [role, privilege, grantOption].join('\0'),
    )) {
      const { role, privilege, grantOption } = same[0]!;
      const what = `${grantOption ? 'the grant option of ' : ''}${privilege}`;
      lines.push(
        `    ${granteeName(role)} ${verb} ${what} on ${listOf(same.map(({ object }) => grantedOn(object)))}`,
      );
    }
  }
  return lines;
}

const said = (value: Value): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** What is true of it, and what it says: `inherit, set`. */
function optionsOf(value: Value): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return '';
  return Object.entries(value)
    .flatMap(([name, each]) =>
      each === true ? [name] : typeof each === 'string' || typeof each === 'number' ? [String(each)] : [],
    )
    .join(', ');
}
