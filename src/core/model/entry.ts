/** Entries: one fact about a database each, an id and its attributes. Attributes never repeat identity. */
import type { Id, IdOf, Kind } from './id.ts';

/** A value that compares by its JSON text: what attributes are made of. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value };
export type Attributes = { readonly [name: string]: Value };

export interface Entry<I extends Id = Id, A = Attributes> {
  readonly id: I;
  readonly attrs: A;
  /** Where it stands among its siblings (a column in its table). Never compared. */
  readonly order?: number;
  /** What its statements depend on, and no comparison does. */
  readonly aside?: Attributes;
}

/** An entry of one kind, with the attributes that its file in `core/kinds` defines. */
export type EntryOf<K extends Kind, A = Attributes> = Entry<IdOf<K>, A>;
