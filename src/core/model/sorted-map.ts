/** A map whose walks are in the order of its keys, which are sorted when the first one begins: many maps are only asked. */
export class SortedMap<K extends string, V> implements ReadonlyMap<K, V> {
  readonly #map: ReadonlyMap<K, V>;
  #keys: readonly K[] | undefined;

  /** @param map not to be changed afterwards. */
  constructor(map: ReadonlyMap<K, V>) {
    this.#map = map;
  }
  get size(): number {
    return this.#map.size;
  }
  /** The keys as they come. */
  get unsorted(): Iterable<K> {
    return this.#map.keys();
  }
  get(key: K): V | undefined {
    return this.#map.get(key);
  }
  has(key: K): boolean {
    return this.#map.has(key);
  }
  keys(): MapIterator<K> {
    this.#keys ??= [...this.#map.keys()].sort();
    return this.#keys.values();
  }
  *entries(): MapIterator<[K, V]> {
    for (const key of this.keys()) yield [key, this.#map.get(key)!];
  }
  *values(): MapIterator<V> {
    for (const key of this.keys()) yield this.#map.get(key)!;
  }
  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }
  forEach(use: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this.entries()) use(value, key, this);
  }
}
