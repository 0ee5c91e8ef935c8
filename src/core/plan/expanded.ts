import type { Draft } from '../kinds/kind.ts';
import type { Entry } from '../model/entry.ts';
import type { Id, Key } from '../model/id.ts';
import type { Together } from './together.ts';

/** A draft and the entry it is about. */
export interface Planned {
  readonly about: Id;
  readonly draft: Draft;
}

/** Complete changes: every entry that comes, goes or is altered, each but once. */
export interface Expanded {
  readonly creates: Map<Key, Entry>;
  readonly drops: Map<Key, Entry>;
  /** The drafts of each altered entry. */
  readonly alters: Map<Key, readonly Draft[]>;
  /** Statements that no one entry's kind makes. */
  readonly also: readonly Planned[];
  /** By entry to be created or dropped, what it must wait for besides what it needs. */
  readonly waits: ReadonlyMap<Key, readonly Key[]>;
  /** By entry to be dropped, what its drop lets go of. */
  readonly releases: ReadonlyMap<Key, readonly Key[]>;
  readonly together: Together;
}
