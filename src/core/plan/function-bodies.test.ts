import { expect, it } from 'vitest';
import { type Statement, plain } from '../model/statement.ts';
import { withUncheckedBodies } from './function-bodies.ts';

const statement = (sql: string): Statement => ({ ...plain, sql });
const after = (sql: string, transaction: 'on' | 'off' = 'on') =>
  withUncheckedBodies([statement('SELECT 1'), statement(sql)], transaction).map((each) => each.sql);

it.each(['CREATE FUNCTION f()', 'CREATE OR REPLACE FUNCTION f()', 'CREATE PROCEDURE p()'])(
  '%s: its body is not checked, for the transaction or, without one, for the session',
  (sql) => {
    expect(after(sql)).toEqual(['SET LOCAL check_function_bodies = off', 'SELECT 1', sql]);
    expect(after(sql, 'off')).toEqual(['SET check_function_bodies = off', 'SELECT 1', sql]);
  },
);

it.each(['DROP FUNCTION f()', 'CREATE TABLE "CREATE FUNCTION" ()', 'CREATE TRIGGER t EXECUTE FUNCTION f()'])(
  '%s: nothing is set',
  (sql) => expect(after(sql)).toEqual(['SELECT 1', sql]),
);
