/** The entries of a catalog by their keys: walks are in the order of the keys, and what nobody asks for is not made. */
import type { Entry } from './entry.ts';
import { type Key, type Kind, type ObjectId, keyOf } from './id.ts';

/** What is on one object, of one kind, made into entries when it is asked for: an ACL is one text, and a dozen grants. */
export interface Bundle {
  readonly on: ObjectId;
  /** Bundles on one object with one text hold the same entries. */
  readonly text: string;
  readonly entries: () => Iterable<Entry>;
}

/** Bundles by the key of what they are on; all of one kind. */
export interface Bundles {
  readonly kind: Kind;
  readonly on: ReadonlyMap<Key, Bundle>;
}

export class EntryMap implements ReadonlyMap<Key, Entry> {
  readonly #map: Map<Key, Entry>;
  readonly #closed: Map<Key, Bundle>;
  readonly #open = new Map<Key, readonly Key[]>();
  readonly #prefix: string;
  /** The kind of what is in bundles. */
  readonly bundled: Kind | undefined;
  #keys: readonly Key[] | undefined;

  /** @param map the map's own from then on. */
  constructor(map: Map<Key, Entry>, bundles?: Bundles) {
    this.#map = map;
    this.#closed = new Map(bundles?.on);
    this.bundled = bundles?.kind;
    this.#prefix = `${bundles?.kind}:`;
  }
  get size(): number {
    return this.#opened().size;
  }
  /** The bundles that nobody has opened yet. */
  get closed(): ReadonlyMap<Key, Bundle> {
    return this.#closed;
  }
  /** All but what is in closed bundles, in no particular order: sorting takes longer than a walk. */
  get loose(): ReadonlyMap<Key, Entry> {
    return this.#map;
  }
  /** All, likewise. */
  get unsorted(): ReadonlyMap<Key, Entry> {
    return this.#opened();
  }
  /** Opens the bundle that is on an object, if it is closed. @returns the keys of its entries. */
  open(on: Key): readonly Key[] {
    const bundle = this.#closed.get(on);
    if (bundle === undefined) return this.#open.get(on) ?? [];
    this.#closed.delete(on);
    this.#keys = undefined;
    const keys = Array.from(bundle.entries(), (entry) => {
      const key = keyOf(entry.id);
      this.#map.set(key, entry);
      return key;
    });
    this.#open.set(on, keys);
    return keys;
  }
  get(key: Key): Entry | undefined {
    const entry = this.#map.get(key);
    if (entry !== undefined || this.#closed.size === 0 || !key.startsWith(this.#prefix)) return entry;
    return this.#opened().get(key);
  }
  has(key: Key): boolean {
    return this.get(key) !== undefined;
  }
  keys(): MapIterator<Key> {
    this.#keys ??= [...this.#opened().keys()].sort();
    return this.#keys.values();
  }
  *entries(): MapIterator<[Key, Entry]> {
    for (const key of this.keys()) yield [key, this.#map.get(key)!];
  }
  *values(): MapIterator<Entry> {
    for (const key of this.keys()) yield this.#map.get(key)!;
  }
  [Symbol.iterator](): MapIterator<[Key, Entry]> {
    return this.entries();
  }
  forEach(use: (value: Entry, key: Key, map: ReadonlyMap<Key, Entry>) => void): void {
    for (const [key, value] of this.entries()) use(value, key, this);
  }
  #opened(): ReadonlyMap<Key, Entry> {
    for (const on of this.#closed.keys()) this.open(on);
    return this.#map;
  }
}
