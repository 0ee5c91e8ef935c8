/** An SQL script, as pg_dump writes it or a person: its statements, each with the search_path under which it stands. */
import { type SqlStatement, splitStatements } from './split.ts';

export interface ScriptStatement extends SqlStatement {
  /** `SET search_path …` of the script before it, if any. */
  readonly setting?: string;
}

const setsPath =
  /^\s*(set\s+(session\s+|local\s+)?search_path|select\s+(pg_catalog\.)?set_config\s*\(\s*'search_path')/i;
const transaction = /^(begin|commit|end|start transaction)\b/;

/** @returns the script's text as a server may read it: pg_dump writes `\restrict` for psql, and it means nothing to a server. */
export function withoutRestrict(text: string): string {
  return text.replaceAll(/^\\(un)?restrict .*$/gm, (line) => ' '.repeat(line.length));
}

/** @returns the statements but those that set the search_path, which the others carry, and those that begin or end a transaction. */
export function scriptStatements(text: string): ScriptStatement[] {
  let setting: string | undefined;
  const statements: ScriptStatement[] = [];
  for (const statement of splitStatements(text))
    if (setsPath.test(statement.text)) setting = statement.text;
    else if (!transaction.test(statement.verb))
      statements.push(setting === undefined ? statement : { ...statement, setting });
  return statements;
}
