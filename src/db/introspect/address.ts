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

  set({ catalog, oid, sub }: Address, value: T): void {
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
  get({ catalog, oid, sub }: Address): T | undefined {
    return sub === 0 ? this.#objects.get(catalog)?.get(oid) : this.#columns.get(catalog)?.get(oid)?.[sub];
  }
  has(at: Address): boolean {
    return this.get(at) !== undefined;
  }
}
