/**
 * What is known about one kind of PostgreSQL object: what it hangs on, and its DDL. One file a kind implements
 * this; the differ, the planner and the introspection know kinds only through it.
 */
import type { Alter } from '../model/change.ts';
import type { Catalog, Reference } from '../model/catalog.ts';
import type { Attributes, Entry } from '../model/entry.ts';
import type { GrantId, Id, Key, Kind as KindName } from '../model/id.ts';
import { type Statement, plain } from '../model/statement.ts';

/** Both sides of a plan. */
export interface Sides {
  readonly from: Catalog;
  readonly to: Catalog;
  /** That all statements run in one transaction, in which PostgreSQL does not let a label just added be used. */
  readonly isOneTransaction?: boolean;
  /** The oldest server that the plan may run on, as server_version_num; default: the older one of the two. */
  readonly oldestServer?: number;
  /** Whether a privilege that may come with a new object may stay, though it is not wanted. Default: it may not. */
  readonly leaves?: (id: GrantId) => boolean;
}

/** @returns the oldest server that a plan may run on, as server_version_num. */
export const oldestServer = ({ from, to, oldestServer: oldest }: Sides): number =>
  oldest ?? Math.min(from.serverVersion, to.serverVersion);

/**
 * A statement before it is final. Clauses of others may be folded into it (a column into its CREATE TABLE), and
 * statements that differ in one list only are merged (several privileges into one GRANT).
 */
export interface Draft extends Omit<Statement, 'sql'> {
  /** @param clauses what was folded in, in order. */
  render(clauses: readonly string[]): string;
  readonly fold?: {
    /** The entry whose create takes it in, if that create is in the same plan. */
    readonly into: Key;
    /** Where it stands among what is folded into the same statement. */
    readonly rank: number;
    readonly clause: (clauses: readonly string[]) => string;
  };
  readonly merge?: {
    /** Drafts of one group become one statement. */
    readonly group: string;
    readonly item: string;
    render(items: readonly string[]): string;
  };
  /** That it makes room for what its entry hangs on, which changes after it. */
  readonly isAhead?: boolean;
}

export interface Kind<I extends Id = Id, A = Attributes> {
  readonly name: KindName;
  /** Where its statements stand among others that could come as well: the smaller, the earlier. */
  readonly rank: number;
  /** What an entry hangs on, as far as its id and attributes tell; the server's pg_depend tells the rest. */
  references(entry: Entry<I, A>): readonly Reference[];
  create(entry: Entry<I, A>, sides: Sides): readonly Draft[];
  drop(entry: Entry<I, A>, sides: Sides): readonly Draft[];
  /** All changed attributes of one entry. `replace`: it cannot be altered so, drop and create it with its dependents; `swap`: likewise, of a type. */
  alter(
    changes: readonly Alter[],
    before: Entry<I, A>,
    after: Entry<I, A>,
    sides: Sides,
  ): readonly Draft[] | 'replace' | 'swap';
  /** Of a type, whose values lie in columns: how another takes its place (`swap`), because no column may go with it. */
  readonly swap?: Swap<I, A>;
  /** Other entries that must be replaced for this one to be created or altered on what is there already. */
  replaces?(entry: Entry<I, A>, sides: Sides): readonly Id[];
  /** Other entries that make way for this one to change, however it does, and come again after it. */
  makesWay?(id: I, sides: Sides): readonly Id[];
  /** What somebody else owns for a moment while this comes, and until when: what that role has on it goes with it. null: whoever runs the plan. */
  lends?(entry: Entry<I, A>, sides: Sides): Loan | undefined;
  /** What comes into being with it: the owner's privileges with an owner. */
  implies?(entry: Entry<I, A>, on: Catalog): readonly Entry[];
  /** What goes over to another when it is altered: what the owner of a table has on its columns. */
  passes?(entry: Entry<I, A>, on: Catalog): readonly Entry[];
}

export interface Loan {
  readonly on: Id;
  readonly to: string | null;
  readonly until: Key;
}

export interface Swap<I extends Id = Id, A = Attributes> {
  /** @returns the statements after which the type, and what bears a name because of it, goes by this other name. */
  makeWay(entry: Entry<I, A>, name: string): readonly string[];
  /**
   * @param value an expression of the old type, or of an array of it; `type`: what it is to become, as SQL.
   * @returns the expression that makes the one of the other, or undefined if there is none. Default: by way of text.
   */
  convert?(value: string, type: string, before: Entry<I, A>, after: Entry<I, A>): string | undefined;
  /** @returns whether values must be stored anew. Default: they must. */
  rewrites?(before: Entry<I, A>, after: Entry<I, A>, to: Catalog): boolean;
}

/** Of what no plan makes, drops or changes: it is only something to grant or to comment on. */
export const isOnlyThere = {
  references: () => [],
  create: () => [],
  drop: () => [],
  alter: () => [],
} satisfies Partial<Kind>;

/** A draft with the usual defaults: inside a transaction, no locks, no hazards, nothing touched. */
export function draft(
  sql: string | ((clauses: readonly string[]) => string),
  rest: Partial<Omit<Draft, 'render'>>,
): Draft {
  return {
    ...plain,
    ...rest,
    render: typeof sql === 'string' ? () => sql : sql,
  };
}
