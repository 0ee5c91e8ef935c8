/** GENERATED … AS IDENTITY: of a column, with the sequence that comes and goes with it. */
import { identifier, qualified } from '../../sql/quote.ts';
import { type ColumnId, type Key, type SequenceId, keyOf } from '../model/id.ts';
import { alterColumn } from './alter-table.ts';
import { draft, type Draft } from './kind.ts';
import { type SequenceOptions, optionClauses, positionHazards, usualOptions } from './sequence-options.ts';

export type Identity = SequenceOptions & {
  readonly generation: 'always' | 'by default';
  /** The sequence's name, which lies in the table's schema; null: `<table>_<column>_seq`. */
  readonly sequence: string | null;
  /** Whether the sequence is not written to the log, though the table is, or the other way round. */
  readonly otherPersistence: boolean;
};

/** @returns the sequence of an identity column: no entry of its own, but it has a name that others cannot have. */
export function sequenceOf({ schema, table, name }: ColumnId, { sequence }: Identity): SequenceId {
  return { kind: 'sequence', schema, name: sequence ?? `${table}_${name}_seq` };
}

/** @returns what stands for the name of a column's sequence in what a statement produces and destroys. */
export function sequenceName(id: ColumnId, identity: Identity | null): readonly Key[] {
  return identity === null ? [] : [keyOf(sequenceOf(id, identity))];
}

/** @returns `GENERATED ALWAYS AS IDENTITY (…)`, with what is not usual. */
export function identityClause(id: ColumnId, identity: Identity): string {
  const { schema, name } = sequenceOf(id, identity);
  const options = [
    ...(identity.sequence === null ? [] : [`SEQUENCE NAME ${qualified(schema, name)}`]),
    ...optionClauses(identity, usualOptions),
  ];
  const generated = `GENERATED ${identity.generation.toUpperCase()} AS IDENTITY`;
  return options.length === 0 ? generated : `${generated} (${options.join(' ')})`;
}

/** What else a statement about an identity column's sequence brings and takes, and what must have been done before it. */
export interface Along {
  readonly comes: readonly Key[];
  readonly goes: readonly Key[];
  readonly waits: readonly Key[];
}

const lock = ({ schema, name }: SequenceId) =>
  [{ mode: 'ACCESS EXCLUSIVE', relation: qualified(schema, name) }] as const;

/** @returns the statement after which the sequence is logged, or not, as the table is not; none where it is as the table. */
export function sequencePersistence(id: ColumnId, identity: Identity, tableIsUnlogged: boolean): Draft[] {
  if (!identity.otherPersistence) return [];
  return [setPersistence(id, identity, !tableIsUnlogged)];
}

function setPersistence(id: ColumnId, identity: Identity, unlogged: boolean): Draft {
  const sequence = sequenceOf(id, identity);
  const name = qualified(sequence.schema, sequence.name);
  return draft(`ALTER SEQUENCE ${name} SET ${unlogged ? 'UNLOGGED' : 'LOGGED'}`, {
    requires: [keyOf(id)],
    locks: lock(sequence),
  });
}

/** The sequence's type is the column's: where that is smaller, changing it says so. */
const typed = (identity: Identity) => ({ ...identity, type: 'bigint' });

/** @param along privileges that go and come with the sequence, or with its name. */
export function alterIdentity(
  id: ColumnId,
  before: Identity | null,
  after: Identity | null,
  tableIsUnlogged: boolean,
  along: Along,
): Draft[] {
  if (after === null)
    return [
      {
        ...alterColumn(id, 'DROP IDENTITY'),
        destroys: [...sequenceName(id, before), ...along.goes],
      },
    ];
  if (before === null) {
    const add = alterColumn(id, `ADD ${identityClause(id, after)}`);
    return [
      { ...add, produces: [...add.produces, ...sequenceName(id, after)] },
      ...sequencePersistence(id, after, tableIsUnlogged),
    ];
  }
  const set = [
    ...(before.generation === after.generation ? [] : [`GENERATED ${after.generation.toUpperCase()}`]),
    ...optionClauses(after, before),
  ];
  const [old, now] = [sequenceOf(id, before), sequenceOf(id, after)];
  return [
    ...(old.name === now.name
      ? []
      : [
          draft(`ALTER SEQUENCE ${qualified(old.schema, old.name)} RENAME TO ${identifier(now.name)}`, {
            produces: [...sequenceName(id, after), ...along.comes],
            requires: along.waits,
            destroys: [...sequenceName(id, before), ...along.goes],
            locks: lock(old),
          }),
        ]),
    ...(set.length === 0
      ? []
      : [
          {
            ...alterColumn(id, set.map((option) => `SET ${option}`).join(' ')),
            hazards: positionHazards(qualified(now.schema, now.name), typed(before), typed(after)),
          },
        ]),
    ...(before.otherPersistence === after.otherPersistence
      ? []
      : [setPersistence(id, after, after.otherPersistence !== tableIsUnlogged)]),
  ];
}
