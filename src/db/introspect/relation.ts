/** What has columns: its names, sent once, so that its columns, constraints and indexes need tell its oid only. */
import { parseRecords } from './record.ts';

/** A table, a foreign table or a view, as the first query tells of it. */
export interface ToldRelation {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** Both, as the server quotes them. */
  readonly quoted: string;
  /** `r`: a table, and `p` a partitioned one. */
  readonly kind: 'r' | 'p' | 'v' | 'm' | 'f';
  /** Whether others may have their columns from it, or it has its own from others. */
  readonly isParent: boolean;
  readonly isChild: boolean;
  readonly isPartition: boolean;
  /** CREATE TABLE … OF. */
  readonly isTyped: boolean;
}

/** Records of what a relation has, one text of each sort; and beside them numbers of the server's, in the same order. */
export interface Texts {
  columns: string;
  /** The oids of defaults; 0: none. */
  defaults: string;
  /** What identity columns have of their sequences, by number, as JSON. */
  identities: Map<number, string>;
  constraints: string;
  /** `oid:referenced relation:index`; 0: none. */
  constraintOids: string;
  indexes: string;
  indexOids: string;
}

export class Relation {
  readonly told: ToldRelation;
  readonly texts: Texts = {
    columns: '',
    defaults: '',
    identities: new Map(),
    constraints: '',
    constraintOids: '',
    indexes: '',
    indexOids: '',
  };
  #columns: string[] | undefined;

  constructor(told: ToldRelation) {
    this.told = told;
  }
  /** The names of its columns as the server quotes them, by number less one; of a view only those that have anything. */
  get columns(): readonly string[] {
    if (this.#columns === undefined) {
      this.#columns = [];
      for (const [number, quoted] of parseRecords(this.texts.columns))
        this.#columns[Number(number) - 1] = quoted!;
    }
    return this.#columns;
  }
  get isView(): boolean {
    return this.told.kind === 'v' || this.told.kind === 'm';
  }
}

/** @returns a name as it is, from how the server quotes it. */
export const unquoted = (quoted: string): string =>
  quoted.startsWith('"') ? quoted.slice(1, -1).replaceAll('""', '"') : quoted;
