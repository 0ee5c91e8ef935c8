/** How pg_depend names an object, and what stands for it here. */

export interface Address {
  /** A system catalog: `pg_class`. */
  readonly catalog: string;
  readonly oid: number;
  /** A column's number; 0: the object itself. */
  readonly sub: number;
}

export const address = (catalog: string, oid: number, sub = 0): Address => ({ catalog, oid, sub });

/** @param text `pg_proc:16385:0`, as queries write it where they name objects of several catalogs. */
export function parseAddress(text: string): Address {
  const [catalog, oid, sub] = text.split(':');
  return { catalog: catalog!, oid: Number(oid), sub: Number(sub) };
}

/** Values by address: with numbers for keys, as a database has a million objects. */
export class AddressMap<T> {
  readonly #objects = new Map<string, Map<number, T>>();
  readonly #columns = new Map<string, Map<number, T[]>>();
  readonly #miss: ((at: Address) => unknown) | undefined;
  #addresses: Map<T, Address[]> | undefined;

  /** @param miss asked once for what is not there; it may put it there. */
  constructor(miss?: (at: Address) => unknown) {
    this.#miss = miss;
  }
  set(at: Address, value: T): void {
    const { catalog, oid, sub } = at;
    if (this.#addresses !== undefined) this.#remember(at, value);
    if (sub === 0) {
      const objects = this.#objects.get(catalog);
      if (objects === undefined) this.#objects.set(catalog, new Map([[oid, value]]));
      else objects.set(oid, value);
      return;
    }
    let relations = this.#columns.get(catalog);
    if (relations === undefined) this.#columns.set(catalog, (relations = new Map<number, T[]>()));
    const columns = relations.get(oid);
    if (columns === undefined) {
      const first: T[] = [];
      first[sub] = value;
      relations.set(oid, first);
    } else columns[sub] = value;
  }
  get(at: Address): T | undefined {
    const value = this.known(at);
    if (value !== undefined || this.#miss === undefined) return value;
    this.#miss(at);
    return this.known(at);
  }
  /** What is there now. */
  known({ catalog, oid, sub }: Address): T | undefined {
    return sub === 0 ? this.#objects.get(catalog)?.get(oid) : this.#columns.get(catalog)?.get(oid)?.[sub];
  }
  /** @returns where a value is, as far as it is there now. */
  addressesOf(value: T): readonly Address[] {
    if (this.#addresses === undefined) {
      this.#addresses = new Map();
      for (const [at, each] of this.all()) this.#remember(at, each);
    }
    return this.#addresses.get(value) ?? [];
  }
  *all(): Iterable<[Address, T]> {
    for (const [catalog, objects] of this.#objects)
      for (const [oid, value] of objects) yield [{ catalog, oid, sub: 0 }, value];
    for (const [catalog, relations] of this.#columns)
      for (const [oid, columns] of relations)
        for (const [sub, value] of columns.entries())
          if (value !== undefined) yield [{ catalog, oid, sub }, value];
  }
  #remember(at: Address, value: T): void {
    const addresses = this.#addresses!.get(value);
    if (addresses === undefined) this.#addresses!.set(value, [at]);
    else addresses.push(at);
  }
  has(at: Address): boolean {
    return this.get(at) !== undefined;
  }
}
