/** What has columns: its names, sent once, so that its columns, constraints and indexes need tell its oid only. */
import { type Reading, type Relation, notOfExtension, userNamespace } from './reading.ts';

/** Tables, foreign tables and views that are neither the system's nor an extension's. The first of all: others find them by oid. */
export async function readRelations(reading: Reading): Promise<void> {
  const { sql, relations } = reading;
  const schemas = new Map<string, string>();
  await sql<(Omit<Relation, 'columns'> & { oid: number })[]>`
    select c.oid::int8::float8 as oid, n.nspname as schema, c.relname as name,
      quote_ident(n.nspname) || '.' || quote_ident(c.relname) as quoted,
      c.relkind in ('v', 'm') as "isView", c.relhassubclass as "isParent", c.relispartition as "isPartition", c.reloftype <> 0 as "isTyped"
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't'
      and ${sql.unsafe(userNamespace)} and ${sql.unsafe(notOfExtension('pg_class', 'c.oid'))}`.forEach(
    ({ oid, schema, ...rest }) => {
      // One string for all that lie in it.
      const own = schemas.get(schema) ?? schema;
      schemas.set(own, own);
      relations.set(oid, { schema: own, ...rest, columns: [] });
    },
  );
}

/** @returns a name as it is, from how the server quotes it. */
export const unquoted = (quoted: string): string =>
  quoted.startsWith('"') ? quoted.slice(1, -1).replaceAll('""', '"') : quoted;
