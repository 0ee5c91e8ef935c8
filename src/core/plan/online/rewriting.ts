/** What a rewriting is: one statement that would block a table's use for long → several that do not. */
import { identifier, qualified } from '../../../sql/quote.ts';
import type { Sides } from '../../kinds/kind.ts';
import type { Catalog } from '../../model/catalog.ts';
import { type ConstraintId, type Id, type Key, type TableId, keyOf } from '../../model/id.ts';
import type { Hazard, Statement } from '../../model/statement.ts';
import type { PlannedStatement } from '../fold.ts';

/** One of the statements that take the place of another, in their order. */
export interface Part {
  readonly sql: string;
  readonly locks: Statement['locks'];
  readonly hazards?: readonly Hazard[];
  /** Outside a transaction. */
  readonly outside?: boolean;
  /** After it the catalog is as it is after the statement that is rewritten: of the parts, exactly one. */
  readonly completes?: boolean;
  /** It makes some of what the statement that is rewritten makes: what that takes the place of has gone before. Of one step with the one that completes. */
  readonly makes?: boolean;
  /** What goes with it, besides what the statement that is rewritten destroys. */
  readonly destroys?: readonly Key[];
  /** The part before it must have been committed: what it waits for must not be locked meanwhile. */
  readonly later?: boolean;
  /** It serves in the place of what another statement drops, which need not go before. */
  readonly replacement?: boolean;
  /** What it waits for, besides what the statement that is rewritten does. */
  readonly requires?: readonly Key[];
  /** Must not share a transaction with others: they would hold their locks while it reads the table. */
  readonly reads?: boolean;
  readonly undo?: Pick<Statement, 'sql' | 'locks'> & { readonly outside?: boolean };
}

export interface Rewriting {
  /** @returns what takes the statement's place, or undefined if this rewriting is not for it. */
  readonly rewrite: (planned: PlannedStatement, sides: Sides) => readonly Part[] | undefined;
}

/** @returns the entry's attribute in the catalog before, as text. */
export function attributeOf({ from }: Sides, id: Id, name: string): unknown {
  return from.entries.get(keyOf(id))?.attrs[name];
}

export const isPartitioned = (sides: Sides, id: TableId): boolean =>
  attributeOf(sides, id, 'kind') === 'partitioned';

/** @returns of a statement that adds a constraint to a table, what it adds to what; undefined: it does something else. */
export function addedConstraint({ about, statement }: PlannedStatement):
  | {
      readonly id: ConstraintId;
      /** As SQL writes their names. */
      readonly relation: string;
      readonly name: string;
      readonly definition: string;
    }
  | undefined {
  if (about.kind !== 'constraint') return undefined;
  const relation = qualified(about.schema, about.table);
  const name = identifier(about.name);
  const head = `ALTER TABLE ${relation} ADD CONSTRAINT ${name} `;
  if (!statement.sql.startsWith(head)) return undefined;
  return { id: about, relation, name, definition: statement.sql.slice(head.length) };
}

/** @returns whether none of the catalogs has anything of a name. @param idsOf what would have the name. */
export const isFreeIn =
  (catalogs: readonly Catalog[], idsOf: (name: string) => readonly Id[]) =>
  (name: string): boolean =>
    !idsOf(name).some((id) => catalogs.some(({ entries }) => entries.has(keyOf(id))));

/** @returns the first that is free: `stem`, `stem1`, … */
export function freeName(stem: string, isFree: (name: string) => boolean): string {
  // 63 bytes are the most that a name may have, and letters may have four.
  const short = Buffer.byteLength(stem) < 60 ? stem : Array.from(stem).slice(0, 14).join('');
  for (let at = 0; ; at += 1) {
    const name = at === 0 ? short : `${short}${at}`;
    if (isFree(name)) return name;
  }
}

/** @returns a name for a constraint that serves for a while. */
export const passingName = (stem: string, { schema, name: table }: TableId, { from, to }: Sides): string =>
  freeName(
    stem,
    isFreeIn([from, to], (name) => [{ kind: 'constraint', schema, table, name }]),
  );

/** @returns the parts of all groups, in order; the first of each has what is before it committed. */
export function inSteps(...groups: readonly (readonly Part[])[]): Part[] {
  return groups.flatMap((group) => group.map((part, at) => ({ ...part, later: at === 0 })));
}

/** VALIDATE CONSTRAINT reads every row, and lets every other session read and write meanwhile. */
export function validate(relation: string, constraint: string, locks: Statement['locks']): Part {
  return {
    sql: `ALTER TABLE ${relation} VALIDATE CONSTRAINT ${constraint}`,
    locks,
    hazards: [
      { name: 'scan', object: relation, detail: 'reads every row; other sessions read and write meanwhile' },
      { name: 'depends-on-data', object: relation, detail: `fails if rows break ${constraint}` },
    ],
    later: true,
    reads: true,
  };
}
