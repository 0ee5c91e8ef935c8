/** Functions may call what is made after them: their bodies are checked when they run, as pg_dump has it. */
import { type Statement, plain } from '../model/statement.ts';

/**
 * @param transaction `on`: the setting is for the transaction; `off`: for the session.
 * @returns the statements, preceded by the setting if one of them makes a function or procedure.
 */
export function withUncheckedBodies(
  statements: readonly Statement[],
  transaction: 'on' | 'off',
): readonly Statement[] {
  const makesOne = statements.some(({ sql }) => /^CREATE (OR REPLACE )?(FUNCTION|PROCEDURE) /.test(sql));
  if (!makesOne) return statements;
  const setting: Statement = {
    ...plain,
    sql: `SET ${transaction === 'on' ? 'LOCAL ' : ''}check_function_bodies = off`,
  };
  return [setting, ...statements];
}
