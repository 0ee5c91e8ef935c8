/** What a random database is made of: families of slots, each empty or filled with a value that becomes SQL. */
import type fc from 'fast-check';
import { literal, qualified } from '../../../src/sql/quote.ts';

/** A statement, taken apart so that a failure can be reduced clause by clause. */
export interface Piece {
  /** Which pieces come first: types before tables before views. */
  readonly phase: Phase;
  readonly head: string;
  /** What stands in parentheses after the head, one a line. */
  readonly clauses?: readonly string[];
  readonly tail?: string;
}

const phases = [
  'schema',
  'type',
  'sequence',
  'function',
  'table',
  'partition',
  'table part',
  'table function',
  'view',
  'trigger',
  'carried',
  'default privilege',
  'row',
] as const;
export type Phase = (typeof phases)[number];

/** Slots by family and name; null: empty. Values are plain data, so that two models can be mixed at any depth. */
export type Model = { readonly [family: string]: { readonly [slot: string]: unknown } };

export interface Family<S> {
  readonly name: string;
  readonly slots: readonly string[];
  /** How many of ten slots are filled. */
  readonly filled: number;
  readonly arbitrary: fc.Arbitrary<S>;
  /** @returns nothing if what it needs is not there. */
  pieces(slot: string, value: S, world: World): readonly Piece[];
}

export interface World {
  readonly model: Model;
  readonly major: number;
}

/** @returns the value in a slot, if there is one and its schema is there: the caller knows its type. */
export function valueOf({ model }: World, family: string, slot: string): unknown {
  const value: unknown = model[family]?.[slot] ?? undefined;
  const { schema } = (value ?? {}) as { schema?: string };
  const isThere = schema === undefined || schema === 'public' || (model['schema']?.[schema] ?? null) !== null;
  return isThere ? value : undefined;
}

/** @returns how SQL names what is in a slot, or undefined if it is not there. */
export function nameIn(world: World, family: string, slot: string): string | undefined {
  const value = valueOf(world, family, slot) as { schema: string } | undefined;
  return value === undefined ? undefined : qualified(value.schema, slot);
}

export function piece(phase: Phase, head: string, clauses?: readonly string[], tail = ''): Piece {
  return { phase, head, ...(clauses === undefined ? {} : { clauses }), tail };
}

/** @returns the pieces in the order in which they can run. */
export function inOrder(pieces: readonly Piece[]): Piece[] {
  return pieces.toSorted((a, b) => phases.indexOf(a.phase) - phases.indexOf(b.phase));
}

export function textOf({ head, clauses, tail = '' }: Piece): string {
  return clauses === undefined ? `${head}${tail}` : `${head} (\n  ${clauses.join(',\n  ')}\n)${tail}`;
}

/** A comment, an owner and privileges, which most objects have. */
export interface Carried {
  readonly comment: string | null;
  readonly owner: string | null;
  readonly grants: readonly {
    readonly to: string;
    readonly all: boolean;
    readonly revoke: boolean;
    readonly option: boolean;
  }[];
}

/** @param word how COMMENT ON and GRANT call it: `table`, `type`; `privilege`: one of it. */
export function carriedPieces(
  { comment, owner, grants }: Carried,
  word: string,
  name: string,
  privilege?: string,
): Piece[] {
  const grantWord = ['view', 'materialized view', 'foreign table'].includes(word) ? 'table' : word;
  return [
    ...(comment === null ? [] : [piece('carried', `comment on ${word} ${name} is ${literal(comment)}`)]),
    ...(owner === null ? [] : [piece('carried', `alter ${word} ${name} owner to ${owner}`)]),
    ...(privilege === undefined
      ? []
      : grants.map(({ to, all, revoke, option }) => {
          const what = `${all ? 'all' : privilege} on ${grantWord} ${name}`;
          if (revoke) return piece('carried', `revoke ${what} from ${to}`);
          return piece(
            'carried',
            `grant ${what} to ${to}${option && to !== 'public' ? ' with grant option' : ''}`,
          );
        })),
  ];
}
