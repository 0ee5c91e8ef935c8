/** What the manifest wants of a live database, by key. */
import type { Expected } from '../manifest/resolve/expected.ts';
import { type Key, objectsIn } from '../model/id.ts';
import type { Settled } from './permission/settled.ts';

/** What is on settled objects is written out when it is asked for. */
export class Expectations implements Pick<ReadonlyMap<Key, Expected>, 'get' | 'has'> {
  readonly #rest: ReadonlyMap<Key, Expected>;
  readonly #settled: Pick<Settled, 'wantedOn' | 'wanted'>;
  readonly #found = new Map<Key, ReadonlyMap<Key, Expected>>();

  /** @param rest what is wanted of all but the settled objects. */
  constructor(rest: ReadonlyMap<Key, Expected>, settled: Pick<Settled, 'wantedOn' | 'wanted'>) {
    this.#rest = rest;
    this.#settled = settled;
  }
  get(key: Key): Expected | undefined {
    const expected = this.#rest.get(key);
    if (expected !== undefined) return expected;
    for (const on of objectsIn(key)) {
      let wanted = this.#found.get(on);
      if (wanted === undefined) this.#found.set(on, (wanted = this.#settled.wantedOn(on)));
      const found = wanted.get(key);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  has(key: Key): boolean {
    return this.get(key) !== undefined;
  }
  /** But for what is on settled objects. */
  unsettled(): MapIterator<Expected> {
    return this.#rest.values();
  }
  *all(): Generator<Expected> {
    yield* this.#rest.values();
    yield* this.#settled.wanted();
  }
}
