/** @param find out something of an object that does not change. @returns the same, found out once of each object. */
export function onceOf<K extends object, T extends object | string>(find: (of: K) => T): (of: K) => T {
  const known = new WeakMap<K, T>();
  return (of) => {
    let found = known.get(of);
    if (found === undefined) known.set(of, (found = find(of)));
    return found;
  };
}
