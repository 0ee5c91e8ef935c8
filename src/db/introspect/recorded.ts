/** What a database answered to an introspection, kept, so that it can be read again without the database. */
import type { TransactionSql } from 'postgres';
import { operationalError } from '../../core/model/problem.ts';

/** Answers by query, those to one query in turn. Values are as the driver gives them, and JSON holds them. */
export interface Recording {
  readonly serverVersion: number;
  readonly answers: { readonly [query: string]: readonly (readonly object[])[] };
}

/** A query as it is written: the driver's own, or what stands for it. */
interface Written {
  readonly strings: readonly string[];
  readonly args: readonly unknown[];
}
const isWritten = (value: unknown): value is Written =>
  typeof value === 'object' && value !== null && 'strings' in value && 'args' in value;

/** The text of a query with those that stand in it. */
const textOf = ({ strings, args }: Written): string =>
  strings
    .map((text, at) => {
      const arg = args[at];
      return at >= args.length ? text : `${text}${isWritten(arg) ? textOf(arg) : `$${JSON.stringify(arg)}`}`;
    })
    .join('');

/** @returns the same session, which writes every answer down. @param answers where. */
export function recording(sql: TransactionSql, answers: Map<string, (readonly object[])[]>): TransactionSql {
  const noted = (query: Promise<readonly object[]> & Written) => {
    if (!isWritten(query)) return query;
    const then = query.then.bind(query);
    // Parts of other queries are never waited for.
    // oxlint-disable-next-line unicorn/no-thenable -- it is one
    query.then = (onAnswer, onError) =>
      then((rows) => {
        const text = textOf(query);
        answers.set(text, [...(answers.get(text) ?? []), [...rows]]);
        return onAnswer?.(rows) as never;
      }, onError);
    return query;
  };
  return new Proxy(sql, {
    apply: (target, self, args) => noted(Reflect.apply(target, self, args) as never),
    get: (target, name, receiver) =>
      name === 'unsafe'
        ? (text: string, args?: never[]) => noted(target.unsafe(text, args) as never)
        : Reflect.get(target, name, receiver),
  });
}

/** @returns what answers as it was recorded. Its queries fail with a KnownError (3) where nothing was. */
export function replaying({ answers }: Recording): TransactionSql {
  const turns = new Map<string, number>();
  const query = (strings: readonly string[], args: readonly unknown[]) => ({
    strings,
    args,
    // oxlint-disable-next-line unicorn/no-thenable -- as the driver's queries: sent when they are waited for
    then(onAnswer: (rows: unknown) => unknown, onError: (error: unknown) => unknown) {
      const text = textOf({ strings, args });
      const turn = turns.get(text) ?? 0;
      turns.set(text, turn + 1);
      const rows = answers[text]?.[turn];
      if (rows !== undefined) return Promise.resolve(rows).then(onAnswer, onError);
      const missing = operationalError({
        message: 'a recorded introspection lacks an answer',
        help: 'Read the database again.',
      });
      return Promise.reject(missing).then(onAnswer, onError);
    },
  });
  // A list of values is called for without a template.
  const sql = (first: readonly string[], ...rest: readonly unknown[]) =>
    'raw' in first ? query(first, rest) : { first, rest };
  return Object.assign(sql, {
    unsafe: (text: string, args: readonly unknown[] = []) => query([text], args),
  }) as unknown as TransactionSql;
}
