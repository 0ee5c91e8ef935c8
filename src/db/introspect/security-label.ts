/** Security labels. Of what is no entry (an extension's object) they are told by name. */
import { type ObjectId, type SecurityLabelId, keyOf } from '../../core/model/id.ts';
import { type Reading, add, address, entryAt } from './reading.ts';

interface LabelRow {
  readonly catalog: string;
  readonly oid: number;
  readonly sub: number;
  readonly provider: string;
  readonly label: string;
  /** As people write it. */
  readonly object: string;
  /** Of a column: where it is. */
  readonly schema: string | null;
  readonly table: string | null;
  readonly column: string | null;
  readonly tablespace: string | null;
}

/** @returns what takes them in, after what may have one. */
export async function readSecurityLabels(reading: Reading): Promise<() => void> {
  const rows = await reading.sql<LabelRow[]>`
    select cat.relname as catalog, l.objoid::int8::float8 as oid, l.objsubid as sub, l.provider, l.label,
      l.objtype || ' ' || l.objname as object, n.nspname as schema, c.relname as table, a.attname as column,
      t.spcname as tablespace
    from pg_seclabels l join pg_class cat on cat.oid = l.classoid
    left join pg_attribute a on l.classoid = 'pg_class'::regclass and a.attrelid = l.objoid and a.attnum = l.objsubid and a.attnum > 0
    left join pg_class c on c.oid = a.attrelid left join pg_namespace n on n.oid = c.relnamespace
    left join pg_tablespace t on l.classoid = 'pg_tablespace'::regclass and t.oid = l.objoid
    where (l.objtype <> 'database' or l.objname = quote_ident(current_database()))
      -- Those of an identity column's sequence are read with its comment.
      and not (l.objtype = 'sequence' and exists (select from pg_depend i
        where i.classid = 'pg_class'::regclass and i.objid = l.objoid and i.deptype = 'i'))`;
  return () => {
    for (const row of rows) {
      const on = objectAt(reading, row);
      const { provider, label, object, schema } = row;
      if (on === undefined) {
        const why = 'labels are modelled on what is: this is an extension’s, or of a kind that is not';
        reading.notAnalysed.push({
          object: `security label ${label} of ${provider} on ${object}`,
          schema,
          why,
        });
        continue;
      }
      const id: SecurityLabelId = { kind: 'security-label', on, provider };
      add(reading, { id, attrs: { label } });
      // That of a column which the table has from elsewhere goes with that one.
      for (const referenced of reading.inherited.get(address('pg_class', row.oid, row.sub)) ?? [])
        reading.edges.push({ dependent: keyOf(id), referenced, type: 'auto' });
    }
  };
}

function objectAt(
  reading: Reading,
  { catalog, oid, sub, schema, table, column, tablespace }: LabelRow,
): ObjectId | undefined {
  if (catalog === 'pg_database') return { kind: 'database' };
  if (catalog === 'pg_largeobject') return { kind: 'large-object', name: String(oid) };
  if (tablespace !== null) return { kind: 'named-tablespace', name: tablespace };
  if (sub === 0) {
    const id = entryAt(reading, address(catalog, oid))?.id;
    // An extension stands for what is its own.
    return id?.kind === 'extension' ? undefined : (id as ObjectId | undefined);
  }
  if (schema === null || table === null || column === null) return undefined;
  return reading.keys.has(address('pg_class', oid))
    ? { kind: 'column', schema, table, name: column }
    : undefined;
}
