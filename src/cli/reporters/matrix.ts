/** `dbctl audit matrix` as JSON and as text. */
import { privilegesOn } from '../../core/kinds/privileges.ts';
import type { Via } from '../../core/access/effective.ts';
import type { MatrixRow, MatrixSum } from '../../core/access/matrix.ts';
import { isRelation, isRoutine, nameOf } from '../../core/model/id.ts';
import { groupBy } from '../../core/rules/group-by.ts';
import { granteeName, grantedOn } from '../../core/rules/wording.ts';
import type { Chalk } from '../colour.ts';
import { type Cell, tableText } from './table.ts';

/** `owner`, `grant`, `member of llmproxy_app`, `public`, `superuser`. */
export const viaText = (by: Via): string =>
  by.via === 'member of' ? `member of ${granteeName(by.role)}` : by.via;

export function matrixJson(rows: readonly MatrixRow[]): object {
  return {
    version: 1,
    command: 'audit matrix',
    rows: rows.map((row) => ({ role: row.role, domain: row.domain, ...privilegeJson(row) })),
  };
}

/** A privilege as JSON reports tell it. */
export function privilegeJson({
  object,
  privilege,
  grantable,
  by,
  reachable,
}: Pick<MatrixRow, 'object' | 'privilege' | 'grantable' | 'by' | 'reachable'>) {
  return { object: nameOf(object), kind: object.kind, privilege, grantable, via: viaText(by), reachable };
}

const columns = ['role', 'domain', 'object', 'kind', 'privilege', 'grantable', 'via', 'reachable'] as const;

/** @returns the rows as CSV (RFC 4180), with a head. */
export function matrixCsv(rows: readonly MatrixRow[]): string {
  // What a spreadsheet takes for a formula is made text.
  const cell = (value: string) => {
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns.join(','), ...rows.map((row) => cellsOf(row).map(cell).join(','))].join('\r\n');
}

const cellsOf = ({ role, domain, object, privilege, grantable, by, reachable }: MatrixRow): string[] => [
  role,
  domain,
  nameOf(object),
  object.kind,
  privilege,
  String(grantable),
  viaText(by),
  String(reachable),
];

/** @returns an aligned table's lines as a table of Markdown: the head, then the rows. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

interface Summary {
  /** `rw`, `ra~`, `own`, `-`. */
  readonly what: string;
  /** After it: `+`, `*`, `!`. */
  readonly marks: string;
}

/**
 * Roles down, domains across: what a role may do with the tables and views of a domain, and with its schema and functions, in letters.
 * @param relations how many tables and views each domain has: the columns, in this order.
 */
export function matrixText(
  rows: readonly MatrixSum[],
  roles: readonly string[],
  relations: ReadonlyMap<string, number>,
  serverVersion: number,
  colour: Chalk,
): string {
  const cells = summaries(rows, relations, serverVersion);
  const nothing: Summary = { what: '-', marks: '' };
  const table = tableText(
    ['role', ...relations.keys()],
    roles.map((role) => [
      granteeName(role),
      ...[...relations.keys()].map((domain): Cell => {
        const summary = cells.get(`${role}\0${domain}`) ?? nothing;
        return { text: summary.what + summary.marks, style: styleOf(summary, colour) };
      }),
    ]),
    colour,
  );
  const used = [...cells.values()];
  return used.length === 0
    ? table
    : `${table}\n\n${legend(used)
        .map((line) => colour.dim(line))
        .join('\n')}`;
}

/** The summary of each role in each domain. */
function summaries(
  rows: readonly MatrixSum[],
  relations: ReadonlyMap<string, number>,
  serverVersion: number,
): ReadonlyMap<string, Summary> {
  return new Map(
    groupBy(rows, ({ role, domain }) => `${role}\0${domain}`).map((group) => {
      const [{ role, domain }] = group as [MatrixSum];
      return [`${role}\0${domain}`, summarise(group, relations.get(domain) ?? 0, serverVersion)];
    }),
  );
}

/** The same matrix in Markdown, for a page or a comment. */
export function matrixMarkdown(
  rows: readonly MatrixSum[],
  roles: readonly string[],
  relations: ReadonlyMap<string, number>,
  serverVersion: number,
): string {
  const cells = summaries(rows, relations, serverVersion);
  const domains = [...relations.keys()];
  const table = markdownTable(
    ['role', ...domains],
    roles.map((role) => [
      granteeName(role),
      ...domains.map((domain) => {
        const summary = cells.get(`${role}\0${domain}`);
        return summary === undefined ? '-' : `\`${summary.what}${summary.marks}\``;
      }),
    ]),
  );
  const used = [...cells.values()];
  return used.length === 0
    ? table
    : `${table}\n\n${legend(used)
        .map((line) => `- ${line.replace(/^(\S+) +/, '`$1` ')}`)
        .join('\n')}`;
}

const words: Readonly<Record<string, string>> = {
  own: 'owner of the schema',
  su: 'superuser: everything, everywhere',
  all: 'every privilege',
  use: 'USAGE on the schema, and nothing on its tables and functions',
};
const letters: Readonly<Record<string, string>> = {
  r: 'read (select)',
  w: 'write (insert, update, delete)',
  a: 'append (insert)',
  u: 'update',
  d: 'delete',
  x: 'other: truncate, references, trigger, maintain',
  c: 'create objects in the schema',
  f: 'execute: functions that not everybody may call',
  '~': 'the letter before it holds on some tables or columns only',
  '+': 'through membership in a group',
  '*': 'may pass on some of it',
  '!': 'useless for want of USAGE on the schema',
};

/** What the words and letters stand for: those that occur. */
function legend(summaries: readonly Summary[]): string[] {
  const line = (sign: string, meaning: string) => `${sign.padEnd(4)} ${meaning}`;
  const signs = summaries.map(({ what, marks }) => (what in words ? marks : what + marks)).join('');
  return [
    ...Object.entries(words).flatMap(([word, meaning]) =>
      summaries.some(({ what }) => what === word) ? [line(word, meaning)] : [],
    ),
    ...Object.entries(letters).flatMap(([letter, meaning]) =>
      signs.includes(letter) ? [line(letter, meaning)] : [],
    ),
  ];
}

function styleOf({ what, marks }: Summary, colour: Chalk): (text: string) => string {
  return (text) => {
    if (marks.includes('!')) return colour.red(text);
    if (what === '-' || what === 'use') return colour.dim(text);
    return what in words
      ? colour.magenta(text)
      : /[waduxc]/.test(what)
        ? colour.yellow(text)
        : colour.green(text);
  };
}

/** The rows of one role in one domain, in a few letters. */
function summarise(rows: readonly MatrixSum[], relations: number, serverVersion: number): Summary {
  if (rows.some(({ by }) => by.via === 'superuser')) return { what: 'su', marks: '' };
  if (rows.some(({ object, by }) => object.kind === 'schema' && by.via === 'owner'))
    return { what: 'own', marks: '' };
  const tables = rows.filter(({ object }) => isRelation(object) || object.kind === 'column');
  const onSchema = rows.filter(({ object }) => object.kind === 'schema');
  // Whoever makes a function gives it to everybody: that is told of nobody.
  const called = rows.filter(({ object, by }) => isRoutine(object) && by.via !== 'public');
  const created = onSchema.filter(({ privilege }) => privilege === 'create');
  const within = [...tables, ...created, ...called];
  const counts = new Map<string, number>();
  const somewhere = new Set<string>();
  for (const { privilege, object, objects } of tables) {
    somewhere.add(privilege);
    if (object.kind !== 'column') counts.set(privilege, (counts.get(privilege) ?? 0) + objects);
  }
  const told = within.length > 0 ? within : onSchema;
  const marks = [
    told.some(({ by }) => by.via === 'member of') ? '+' : '',
    told.some(isPassable) ? '*' : '',
    within.some(({ reachable }) => !reachable) ? '!' : '',
  ].join('');
  if (within.length === 0) return { what: onSchema.length > 0 ? 'use' : '-', marks };
  const besides = (created.length > 0 ? 'c' : '') + (called.length > 0 ? 'f' : '');
  const onAll = (privilege: string) => counts.get(privilege) === relations;
  if (privilegesOn('table', serverVersion).every(onAll)) return { what: 'all', marks };
  return { what: inLetters(somewhere, onAll) + besides, marks };
}

function inLetters(somewhere: ReadonlySet<string>, onAll: (privilege: string) => boolean): string {
  const letter = (sign: string, privileges: readonly string[]) =>
    privileges.some((each) => somewhere.has(each)) ? sign + (privileges.some(onAll) ? '' : '~') : '';
  const writes = ['insert', 'update', 'delete'];
  const write = writes.every(onAll)
    ? 'w'
    : letter('a', ['insert']) + letter('u', ['update']) + letter('d', ['delete']);
  return letter('r', ['select']) + write + letter('x', ['truncate', 'references', 'trigger', 'maintain']);
}

/** Owners and superusers may pass on whatever they hold: that goes without saying. */
const isPassable = ({ grantable, by }: MatrixRow): boolean =>
  grantable && by.via !== 'owner' && by.via !== 'superuser';

/** Object by object, in Markdown. */
export function objectsMarkdown(rows: readonly MatrixRow[]): string {
  return markdownTable(columns, rows.map(cellsOf));
}

/** Object by object: for one role, or the domains that were asked for. */
export function objectsText(rows: readonly MatrixRow[], colour: Chalk): string {
  if (rows.length === 0) return 'no privileges';
  const lines = groupBy(rows, ({ role, object, by, reachable }) =>
    [role, object.kind, nameOf(object), viaText(by), reachable].join('\0'),
  ).map((group): (string | Cell)[] => {
    const { role, domain, object, by, reachable } = group[0]!;
    const privileges = group.map((row) => `${row.privilege}${isPassable(row) ? '*' : ''}`);
    return [
      granteeName(role),
      domain,
      grantedOn(object),
      privileges.join(', '),
      viaText(by),
      ...(reachable ? [] : [{ text: 'no USAGE on the schema', style: (text: string) => colour.red(text) }]),
    ];
  });
  const head = ['role', 'domain', 'object', 'privileges', 'via'];
  const table = tableText(
    lines.some(({ length }) => length > head.length) ? [...head, ''] : head,
    lines,
    colour,
  );
  const starred = rows.some(isPassable);
  return starred ? `${table}\n\n${colour.dim('*  may pass it on')}` : table;
}
