/**
 * The text of a migration file, printed and parsed: docs/formats.md describes it. The header is comments, so that
 * plain node-pg-migrate runs the file; the sections are cut where node-pg-migrate cuts them.
 */
import { type SqlStatement, splitStatements } from '../../sql/split.ts';
import { inputError } from '../model/problem.ts';
import {
  type Hazard,
  type HazardName,
  type Lock,
  type LockMode,
  lockModes,
  type Statement,
} from '../model/statement.ts';

/** Which version of another domain must be applied first. */
export interface Requirement {
  readonly domain: string;
  readonly version: string;
}

export interface MigrationDraft {
  readonly domain: string;
  /** `off`: one statement at a time, outside a transaction, as CONCURRENTLY needs it. */
  readonly transaction: 'on' | 'off';
  readonly requires: readonly Requirement[];
  readonly up: readonly Statement[];
  readonly down: readonly Statement[];
  /** What Down cannot bring back, a clause each: `the values of auth.users.email`. */
  readonly downLoss: readonly string[];
}

/** What the header says of one statement. `number` counts from 1, in the order of the section. */
export interface DeclaredStatement {
  readonly number: number;
  readonly locks: readonly Lock[];
  readonly hazards: readonly Hazard[];
}

/** One direction of a migration. */
export interface Section {
  /** Where its text begins and ends in the file: the marker's line included. */
  readonly start: number;
  readonly end: number;
  /** Offsets are into the whole file. */
  readonly statements: readonly SqlStatement[];
  readonly declared: readonly DeclaredStatement[];
}

export interface ParsedMigration {
  /** undefined in a file written by hand that does not say. */
  readonly domain?: string;
  readonly transaction: 'on' | 'off';
  readonly requires: readonly Requirement[];
  readonly up?: Section;
  /** undefined: it cannot be taken back. */
  readonly down?: Section;
  readonly downLoss: readonly string[];
  /** What cannot be read, each with an offset into the text. */
  readonly problems: readonly { readonly message: string; readonly help: string; readonly offset: number }[];
}

/**
 * @returns the file's text: the same draft gives the same bytes.
 * @throws KnownError (2) when a statement contains a line that begins a section, which node-pg-migrate would cut at.
 */
export function printMigration(draft: MigrationDraft): string {
  for (const { sql } of [...draft.up, ...draft.down])
    if (marker('up').test(sql) || marker('down').test(sql))
      throw inputError({
        message: `a statement of domain ${draft.domain} has a comment line that reads like the start of a section (-- Up Migration, -- Down Migration): ${firstLine(sql)}`,
        help: 'Word that comment differently in the source.',
      });
  const requires = draft.requires.map(({ domain, version }) => `${domain}@${version}`).join(', ');
  const header = [
    `-- dbctl migration: domain ${oneLine(draft.domain)}`,
    `-- transaction: ${draft.transaction}`,
    ...(requires === '' ? [] : [`-- requires: ${requires}`]),
    ...printStatements(draft.up),
  ];
  const loss = draft.downLoss.map((each) => `--   - ${oneLine(each)}`);
  const down = [
    ...printStatements(draft.down),
    ...(loss.length === 0 ? [] : ['-- cannot bring back:', ...loss]),
  ];
  return [
    `${header.join('\n')}\n`,
    `-- Up Migration\n${printSql(draft.up)}`,
    `-- Down Migration\n${down.map((line) => `${line}\n`).join('')}${printSql(draft.down)}`,
  ].join('\n');
}

/** Only the statements that lock something or may hurt: of the others there is nothing to say. */
function printStatements(statements: readonly Statement[]): string[] {
  const lines = statements.flatMap(({ locks, hazards }, index) =>
    locks.length + hazards.length === 0
      ? []
      : [
          `--   ${index + 1}. ${locks.map(({ mode, relation }) => `${mode} on ${oneLine(relation)}`).join('; ') || 'no lock'}`,
          ...hazards.map(
            ({ name, object, detail }) => `--      hazard ${name} ${oneLine(object)}: ${oneLine(detail)}`,
          ),
        ],
  );
  return lines.length === 0 ? [] : ['-- statements:', ...lines];
}

function printSql(statements: readonly Statement[]): string {
  // A closing comment would swallow the semicolon.
  return statements.map(({ sql }) => `${sql}${/--[^\n]*$/.test(sql) ? '\n' : ''};\n`).join('\n');
}

/** A name or a clause must not end the comment that it stands in. */
function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replaceAll(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g, ' ').trim();
}
const firstLine = (sql: string) => sql.trim().split('\n', 1)[0]!;

/** The line that begins a section, as node-pg-migrate looks for it. */
const marker = (direction: 'up' | 'down') =>
  new RegExp(`^[^\\S\\n]*--[\\s-]*${direction}\\s+migration`, 'im');

/**
 * Reads a migration file, its own or one that somebody wrote without a header. Never throws: what cannot be read is in
 * `problems`.
 */
export function parseMigration(text: string): ParsedMigration {
  const problems: { message: string; help: string; offset: number }[] = [];
  const problem = (offset: number, message: string, help: string) => problems.push({ message, help, offset });
  const starts = (['up', 'down'] as const).map((direction) => {
    const first = marker(direction).exec(text);
    if (first === null) return -1;
    const after = first.index + first[0].length;
    const second = marker(direction).exec(text.slice(after));
    if (second !== null)
      problem(
        after + second.index,
        `a second line that begins the ${direction === 'up' ? 'Up' : 'Down'} section`,
        'Keep one; node-pg-migrate cuts the file at the first such line, even in a comment or a function body.',
      );
    return first.index;
  });
  const [upStart, downStart] = starts as [number, number];
  const ends = (start: number, other: number) => (other > start ? other : text.length);
  const section = (start: number, other: number): Section | undefined => {
    if (start < 0) return undefined;
    const end = ends(start, other);
    const statements = splitStatements(text.slice(start, end)).map((statement) => ({
      ...statement,
      start: statement.start + start,
      end: statement.end + start,
    }));
    return { start, end, statements, declared: [] };
  };
  const up = section(upStart, downStart);
  const down = section(downStart, upStart);
  const firstSection = Math.min(...starts.filter((start) => start >= 0), text.length);
  const header = readComments(text, 0, firstSection, problem);
  const below = (of: Section) => readComments(text, of.start, of.statements[0]?.start ?? of.end, problem);
  const upHeader = up === undefined ? undefined : below(up);
  const downHeader = down === undefined ? undefined : below(down);
  return {
    ...(header.domain === undefined ? {} : { domain: header.domain }),
    // Who writes by hand may put it under the marker.
    transaction: header.transaction ?? upHeader?.transaction ?? 'on',
    requires: header.requires,
    ...(up === undefined ? {} : { up: { ...up, declared: header.declared } }),
    ...(down === undefined ? {} : { down: { ...down, declared: downHeader!.declared } }),
    downLoss: downHeader?.loss ?? [],
    problems: problems.toSorted((a, b) => a.offset - b.offset),
  };
}

interface Comments {
  domain?: string;
  transaction?: 'on' | 'off';
  requires: Requirement[];
  declared: { number: number; locks: Lock[]; hazards: Hazard[] }[];
  loss: string[];
}

/** What the comment lines between two offsets declare. Lines that are none of ours are people's, and let be. */
function readComments(
  text: string,
  from: number,
  to: number,
  problem: (offset: number, message: string, help: string) => void,
): Comments {
  const found: Comments = { requires: [], declared: [], loss: [] };
  let list: 'statements' | 'loss' | undefined;
  let offset = from;
  for (const line of text.slice(from, to).split('\n')) {
    const at = offset;
    offset += line.length + 1;
    const comment = /^\s*--\s?(.*?)\s*$/.exec(line)?.[1];
    if (comment === undefined) continue;
    const key = /^(dbctl migration|transaction|requires|statements|cannot bring back):\s*(.*)$/i.exec(
      comment,
    );
    if (key === null) {
      if (list === 'statements') readStatementLine(comment, found.declared);
      else if (list === 'loss' && /^\s+- /.test(comment)) found.loss.push(comment.trim().slice(2));
      continue;
    }
    list = undefined;
    const value = key[2]!;
    switch (key[1]!.toLowerCase()) {
      case 'dbctl migration':
        found.domain = value.replace(/^domain\s+/i, '');
        break;
      case 'transaction':
        if (value === 'on' || value === 'off') found.transaction = value;
        else
          problem(at, `transaction: ${value} is neither on nor off`, 'Write `-- transaction: on` or `off`.');
        break;
      case 'requires':
        for (const each of value.split(',').map((part) => part.trim())) {
          const requirement = /^([A-Za-z0-9_-]+)@(\d{14}|\d{17})$/.exec(each);
          if (requirement !== null)
            found.requires.push({ domain: requirement[1]!, version: requirement[2]! });
          else
            problem(
              at,
              `requires: ${each} is not a domain and a version`,
              'Write `domain@version`, separated by commas.',
            );
        }
        break;
      case 'statements':
        list = 'statements';
        break;
      default:
        list = 'loss';
    }
  }
  return found;
}

const part = String.raw`(?:"(?:[^"]|"")*"|[^\s".;:(]+)`;
const path = String.raw`${part}(?:\.${part})*`;
const lock = new RegExp(String.raw`(${lockModes.join('|')}) on (${path})(?=;|$)`, 'g');
// An object that is no plain name (a function with its arguments) ends at the first colon.
const hazardLine = new RegExp(String.raw`^hazard ([a-z-]+) (${path}|.+?): (.*)$`);

function readStatementLine(comment: string, declared: Comments['declared']): void {
  const numbered = /^\s*(\d+)\. (.*)$/.exec(comment);
  if (numbered !== null) {
    const locks = [...numbered[2]!.matchAll(lock)].map(([, mode, relation]): Lock => ({
      mode: mode as LockMode,
      relation: relation!,
    }));
    declared.push({ number: Number(numbered[1]), locks, hazards: [] });
    return;
  }
  const hazard = hazardLine.exec(comment.trim());
  if (hazard !== null)
    declared.at(-1)?.hazards.push({ name: hazard[1] as HazardName, object: hazard[2]!, detail: hazard[3]! });
}
