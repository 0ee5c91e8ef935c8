/** What the steps of a way changed, step by step: each step tells its own only, and the state after any of them can be asked for. */
import type { Entry } from '../model/entry.ts';
import { type Key, type Kind, kindIn } from '../model/id.ts';
import { pushTo } from '../model/push-to.ts';

/** What an entry became at a step; undefined: gone. */
interface Told {
  readonly step: number;
  entry: Entry | undefined;
  readonly before: Told | undefined;
}

/** All steps of a way, and of what each changed, the last that was told. */
class Steps {
  readonly told = new Map<Key, Told>();
  readonly keysOf = new Map<Kind, Key[]>();
  /** The keys that each step changed. */
  readonly changed: Set<Key>[] = [new Set()];
}

/** The entries that are otherwise than at the start, after one of the steps. */
export class Changes implements Iterable<readonly [Key, Entry | undefined]> {
  readonly #steps: Steps;
  readonly #step: number;
  constructor(steps: Steps = new Steps(), step = 0) {
    this.#steps = steps;
    this.#step = step;
  }
  has(key: Key): boolean {
    return this.#at(key) !== undefined;
  }
  get(key: Key): Entry | undefined {
    return this.#at(key)?.entry;
  }
  /** Only of the last step. */
  set(key: Key, entry: Entry | undefined): void {
    const { told, keysOf, changed } = this.#steps;
    const before = told.get(key);
    changed[this.#step]!.add(key);
    if (before === undefined) pushTo(keysOf, kindIn(key), key);
    if (before?.step === this.#step) before.entry = entry;
    else told.set(key, { step: this.#step, entry, before });
  }
  /** @returns what can be changed further, while this stays as it is. */
  next(): Changes {
    const { changed } = this.#steps;
    if (changed.length === this.#step + 1) {
      changed.push(new Set());
      return new Changes(this.#steps, this.#step + 1);
    }
    const apart = new Changes();
    for (const [key, entry] of this) apart.set(key, entry);
    return apart;
  }
  *[Symbol.iterator](): Iterator<readonly [Key, Entry | undefined]> {
    for (const kind of this.#steps.keysOf.keys()) yield* this.ofKind(kind);
  }
  *ofKind(kind: Kind): Iterable<readonly [Key, Entry | undefined]> {
    for (const key of this.#steps.keysOf.get(kind) ?? []) {
      const told = this.#at(key);
      if (told !== undefined) yield [key, told.entry];
    }
  }
  /** @param earlier on the same way, or undefined: its start. @returns at least the keys of what may be otherwise than then. */
  *since(earlier: Changes | undefined): Iterable<Key> {
    const first = earlier === undefined ? 0 : earlier.#steps === this.#steps ? earlier.#step + 1 : 0;
    for (let step = first; step <= this.#step; step += 1) yield* this.#steps.changed[step]!;
  }
  #at(key: Key): Told | undefined {
    let told = this.#steps.told.get(key);
    while (told !== undefined && told.step > this.#step) told = told.before;
    return told;
  }
}
