/** The entries of a catalog by their keys: walks are in the order of the keys, and what nobody asks for is not made. */
import type { Entry } from './entry.ts';
import { type Key, type Kind, type ObjectId, keyOf } from './id.ts';

/** What is on one object or in it, made into entries when it is asked for: an ACL is one text, and a dozen grants. */
export interface Bundle {
  readonly on: ObjectId;
  /** Bundles on one object whose texts are the same, in turn, hold the same entries. */
  readonly texts: readonly string[];
  readonly entries: () => Iterable<Entry>;
}

/** @returns whether these are the texts of bundles that hold the same entries. */
export const isSame = (one: readonly string[], other: readonly string[] | undefined): boolean =>
  other !== undefined && one.length === other.length && one.every((text, at) => text === other[at]);

/** Bundles of one sort, by the key of what they are on. */
export interface Bundles {
  /** What may be in them. */
  readonly kinds: ReadonlySet<Kind>;
  readonly on: ReadonlyMap<Key, Bundle>;
  /** @returns the keys of the objects whose bundles alone may hold an entry of this key. */
  readonly placesOf: (key: Key) => Iterable<Key>;
}

/** Bundles, of which some have been opened. */
class Layer {
  readonly bundles: Bundles;
  readonly closed: Map<Key, Bundle>;
  /** The keys of what was in those that are open. */
  readonly open = new Map<Key, readonly Key[]>();
  constructor(bundles: Bundles) {
    this.bundles = bundles;
    this.closed = new Map(bundles.on);
  }
}

export class EntryMap implements ReadonlyMap<Key, Entry> {
  readonly #map: Map<Key, Entry>;
  readonly #layers: readonly Layer[];
  #keys: readonly Key[] | undefined;

  /** @param map the map's own from then on. */
  constructor(map: Map<Key, Entry>, bundles: readonly Bundles[] = []) {
    this.#map = map;
    this.#layers = bundles.map((each) => new Layer(each));
  }
  get size(): number {
    return this.#opened().size;
  }
  /** The bundles that nobody has opened yet. */
  get closed(): readonly Bundles[] {
    return this.#layers.map(({ bundles, closed }) => ({ ...bundles, on: closed }));
  }
  /** All but what is in closed bundles, in no particular order: sorting takes longer than a walk. */
  get loose(): ReadonlyMap<Key, Entry> {
    return this.#map;
  }
  /** All, likewise; of closed bundles only those that may hold this kind, if it is given. */
  unsorted(kind?: Kind): ReadonlyMap<Key, Entry> {
    return this.#opened(kind);
  }
  /** Opens the bundles that are on an object; of those only the ones that may hold this kind, if it is given. @returns the keys of what is or was in them. */
  open(on: Key, kind?: Kind): readonly Key[] {
    return this.#layersOf(kind).flatMap((layer) => this.#openIn(layer, on));
  }
  get(key: Key): Entry | undefined {
    const entry = this.#map.get(key);
    if (entry !== undefined) return entry;
    for (const layer of this.#layers) {
      if (layer.closed.size === 0) continue;
      for (const place of layer.bundles.placesOf(key)) this.#openIn(layer, place);
    }
    return this.#map.get(key);
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
  #openIn({ closed, open }: Layer, on: Key): readonly Key[] {
    const bundle = closed.get(on);
    if (bundle === undefined) return open.get(on) ?? [];
    closed.delete(on);
    this.#keys = undefined;
    const keys = Array.from(bundle.entries(), (entry) => {
      const key = keyOf(entry.id);
      // What stands there already was put in its place.
      if (!this.#map.has(key)) this.#map.set(key, entry);
      return key;
    });
    open.set(on, keys);
    return keys;
  }
  #opened(kind?: Kind): ReadonlyMap<Key, Entry> {
    for (const layer of this.#layersOf(kind)) for (const on of layer.closed.keys()) this.#openIn(layer, on);
    return this.#map;
  }
  #layersOf(kind: Kind | undefined): readonly Layer[] {
    return kind === undefined ? this.#layers : this.#layers.filter(({ bundles }) => bundles.kinds.has(kind));
  }
}
