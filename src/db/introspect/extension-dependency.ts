/** DEPENDS ON EXTENSION. */
import { parseAddress } from './address.ts';
import { type Reading, add, entryAt } from './reading.ts';

/** @returns what takes them in, after everything that may depend so. */
export async function readExtensionDependencies(reading: Reading): Promise<() => void> {
  const rows = await reading.sql<{ at: string; object: string; extension: string }[]>`
    select d.classid::regclass::text || ':' || d.objid || ':0' as at,
      pg_describe_object(d.classid, d.objid, d.objsubid) as object, x.extname as extension
    from pg_depend d join pg_extension x on x.oid = d.refobjid
    where d.deptype = 'x' and d.refclassid = 'pg_extension'::regclass`;
  return () => {
    for (const { at, object, extension } of rows) {
      const on = entryAt(reading, parseAddress(at))?.id;
      switch (on?.kind) {
        case 'function':
        case 'index':
        case 'materialized-view':
        case 'trigger':
          add(reading, { id: { kind: 'extension-dependency', on, extension }, attrs: {} });
          break;
        default:
          reading.notAnalysed.push({
            object: `${object} DEPENDS ON EXTENSION ${extension}`,
            schema: null,
            why: 'it is an index of a constraint, or of a partition',
          });
      }
    }
  };
}
