/** What stands at `on:` of a grant, read: `auth`, `auth.users`, `auth.users(id, email)`, `{ sequences: orders }`. */
import { closest } from '../closest.ts';
import type { GrantTarget } from './manifest.ts';

export interface NotATarget {
  readonly error: string;
  readonly help: string;
}

const classes = ['schema', 'tables', 'sequences', 'functions', 'types'] as const;
const part = String.raw`("(?:[^"]|"")+"|[^\s."(),*]+)`;
const relation = new RegExp(String.raw`^\s*${part}(?:\.${part})?\s*(?:\(([^()]*)\))?\s*$`);
const columnList = new RegExp(String.raw`^\s*${part}\s*$`);
const forms = 'a domain (auth), a table of it (auth.users), or columns of one (auth.users(id, email))';

/**
 * @param on one target; names are as PostgreSQL stores them, and quoted only where they contain a dot, a blank, a
 * bracket or a comma.
 * @returns the target, or what is wrong with it and what to write instead.
 */
export function parseGrantTarget(on: string | Readonly<Record<string, string>>): GrantTarget | NotATarget {
  return typeof on === 'string' ? parseText(on) : parseClass(on);
}

/** @returns whether a target means all objects of a class: those to come can be among them. */
export function isWhole(target: GrantTarget): boolean {
  return (
    target.kind === 'domain' ||
    (target.kind !== 'schema' && !('table' in target) && target.name === undefined)
  );
}

function parseText(on: string): GrantTarget | NotATarget {
  const whole = /^\s*([^\s."(),*]+)\.\*\s*$/.exec(on);
  if (whole !== null)
    return { error: `\`${on}\` is no target`, help: `Write ${whole[1]} for all of its tables.` };
  const three = /^\s*([^\s."(),*]+)\.([^\s."(),*]+)\.([^\s."(),*]+)\s*$/.exec(on);
  if (three !== null)
    return {
      error: `\`${on}\` is no target`,
      help: `Write ${three[1]}.${three[2]}(${three[3]}) for a column of the table.`,
    };
  const found = relation.exec(on);
  if (found === null) return { error: `\`${on}\` is no target`, help: `Write ${forms}.` };
  const [, domain = '', table, list] = found;
  if (list === undefined)
    return table === undefined
      ? { kind: 'domain', domain: unquoted(domain) }
      : { kind: 'table', domain: unquoted(domain), table: unquoted(table) };
  if (table === undefined)
    return {
      error: `\`${on}\` names columns of no table`,
      help: `Write the table too: ${domain}.<table>(${list.trim()}).`,
    };
  const columns = list.split(',').map((text) => columnList.exec(text)?.[1]);
  if (!columns.every((column) => column !== undefined))
    return {
      error: `\`${on}\` has a column list that cannot be read`,
      help: `Write the columns' names with commas between them: ${domain}.${table}(id, email).`,
    };
  return {
    kind: 'columns',
    domain: unquoted(domain),
    table: unquoted(table),
    columns: columns.map(unquoted),
  };
}

function parseClass(on: Readonly<Record<string, string>>): GrantTarget | NotATarget {
  const [[key, value] = ['', ''], ...more] = Object.entries(on);
  if (more.length > 0 || key === '')
    return {
      error: `a target is one of ${classes.join(', ')}, and one only`,
      help: 'Write several targets as a list: on: [{ tables: auth }, { sequences: auth }].',
    };
  const kind = classes.find((each) => each === key);
  if (kind === undefined) {
    const near = closest(key, classes);
    return {
      error: `\`${key}\` is no class of objects${near === undefined ? '' : ` — did you mean \`${near}\`?`}`,
      help: `Write one of: ${classes.join(', ')}.`,
    };
  }
  const found =
    typeof value === 'string' ? new RegExp(String.raw`^\s*${part}(?:\.(.+?))?\s*$`).exec(value) : null;
  if (found === null)
    return {
      error: `\`${kind}\` names no domain`,
      help: `Write { ${kind}: <domain> }${kind === 'schema' ? '' : `, or { ${kind}: <domain>.<name> } for one of them`}.`,
    };
  const [, domain = '', name] = found;
  if (kind === 'schema')
    return name === undefined
      ? { kind, domain: unquoted(domain) }
      : {
          error: 'a domain has one schema, and nothing is named in it here',
          help: `Write { schema: ${domain} }.`,
        };
  if (name === undefined) return { kind, domain: unquoted(domain) };
  return { kind, domain: unquoted(domain), name: unquoted(name) };
}

/** `"a""b"` → `a"b`; anything else is as it is. */
const unquoted = (name: string) =>
  /^"(?:[^"]|"")+"$/.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name;
