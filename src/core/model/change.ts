/** What the differ returns: the create, alter or drop of one entry. */
import type { Entry, Value } from './entry.ts';
import type { Id } from './id.ts';

export type Change = Create | Drop | Alter;
export interface Create {
  readonly op: 'create';
  readonly entry: Entry;
}
export interface Drop {
  readonly op: 'drop';
  readonly entry: Entry;
}
/** One attribute of an entry that both sides have. */
export interface Alter {
  readonly op: 'alter';
  readonly id: Id;
  readonly attr: string;
  readonly from: Value;
  readonly to: Value;
}
