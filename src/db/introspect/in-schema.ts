/** What the catalogs have in common whose rows lie in a schema: a name, a namespace and mostly an owner, under one prefix. */
import type { Attributes } from '../../core/model/entry.ts';
import type { IdOf, ObjectId } from '../../core/model/id.ts';
import {
  type Carried,
  type Reading,
  add,
  addCarried,
  address,
  notOfExtension,
  userNamespace,
} from './reading.ts';

/** Kinds whose ids are a schema and a name. */
type NamedInSchema = {
  [K in ObjectId['kind']]: { kind: K; schema: string; name: string } extends IdOf<K> ? K : never;
}[ObjectId['kind']];

export interface Source {
  readonly catalog: string;
  /** Of its columns: `coll` of collname, collnamespace and collowner. */
  readonly prefix: string;
  readonly owned?: false;
  /** SQL expressions over its row `o`, by attribute. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly joins?: string;
  readonly where?: string;
}

/** @returns SQL: an object of these attributes. */
export const jsonOf = (attributes: Readonly<Record<string, string>>): string =>
  `json_build_object(${Object.entries(attributes)
    .map(([name, value]) => `'${name}', ${value}`)
    .join(', ')})`;

/** @returns SQL: the name of a function as a statement writes it, or null for none. */
export const functionName = (column: string): string =>
  `case when ${column} <> 0 then ${column}::oid::regproc::text end`;

/** @returns SQL: the name of what is in a schema, as a statement writes it. */
export const nameInSql = (schema: string, name: string): string =>
  `case when ${schema} <> 'pg_catalog' then quote_ident(${schema}) || '.' else '' end || quote_ident(${name})`;

/** Reads one catalog: each row an entry, with its owner and comment. */
export async function readInSchema(
  reading: Reading,
  kind: NamedInSchema,
  { catalog, prefix, owned, attributes, joins = '', where = 'true' }: Source,
): Promise<void> {
  const rows = await reading.sql.unsafe<
    ({ oid: number; schema: string; name: string; attrs: Attributes } & Carried)[]
  >(`
    select o.oid::int8::float8 as oid, n.nspname as schema, o.${prefix}name as name, ${jsonOf(attributes)} as attrs,
      ${owned === false ? '' : `pg_get_userbyid(o.${prefix}owner) as owner,`}
      obj_description(o.oid, '${catalog}') as comment
    from ${catalog} o join pg_namespace n on n.oid = o.${prefix}namespace ${joins}
    where ${userNamespace} and ${notOfExtension(catalog, 'o.oid')} and (${where})`);
  for (const { oid, schema, name, attrs, ...carried } of rows) {
    const id = { kind, schema, name } as ObjectId;
    add(reading, { id, attrs }, address(catalog, oid));
    addCarried(reading, id, carried);
  }
}
