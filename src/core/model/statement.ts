/** One SQL statement of a plan: what it does to the catalog, how it locks, and what may hurt. */
import type { Key } from './id.ts';

/** Table-level lock modes, weakest first (PostgreSQL's manual, 13.3.1), and `none` for what locks no relation. */
export const lockModes = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
] as const;
export type LockMode = (typeof lockModes)[number];
export interface Lock {
  readonly mode: LockMode;
  /** The locked relation, `schema.name` as SQL writes it. */
  readonly relation: string;
}

export type HazardName =
  | 'data-loss'
  | 'rewrite'
  | 'scan'
  | 'long-lock'
  | 'blocked-writes'
  | 'depends-on-data'
  | 'access-change';
export interface Hazard {
  readonly name: HazardName;
  /** The relation or object it is about, as SQL writes it. */
  readonly object: string;
  /** What is lost or blocked, in a clause: `drops column email and its values`. */
  readonly detail: string;
}

export interface Statement {
  /** Without the closing semicolon. */
  readonly sql: string;
  readonly produces: readonly Key[];
  /** Of an entry that it alters in part only, by key: which attributes are as wanted after it. */
  readonly sets?: { readonly [key: Key]: readonly string[] };
  readonly requires: readonly Key[];
  readonly destroys: readonly Key[];
  /** What of that can be used only when its transaction has been committed: a value added to an enum. */
  readonly commits?: readonly Key[];
  readonly transaction: 'inside' | 'outside';
  readonly locks: readonly Lock[];
  readonly hazards: readonly Hazard[];
}

/** What a statement is besides its SQL if nothing else is said: in a transaction, without locks or hazards, and nothing touched. */
export const plain: Omit<Statement, 'sql'> = {
  produces: [],
  requires: [],
  destroys: [],
  transaction: 'inside',
  locks: [],
  hazards: [],
};
