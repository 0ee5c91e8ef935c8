/**
 * What is no part of a schema as it is developed, and part of who may do what: what extensions contain, tablespaces,
 * large objects and parameters, the sequences of identity columns, with owners and the privileges as they are.
 */
import { type Catalog, withEntries } from '../core/model/catalog.ts';
import type { Entry } from '../core/model/entry.ts';
import type { GrantId, ObjectId } from '../core/model/id.ts';
import type { Connection } from './connect.ts';
import { parseAcl } from './introspect/acl.ts';
import { notOfExtension, userNamespace } from './introspect/reading.ts';
import { typeKind } from './introspect/extension.ts';
import { argumentTypes } from './introspect/function.ts';
import { literal } from '../sql/quote.ts';

interface Found {
  /** null: of none. */
  readonly extension: string | null;
  readonly id: ObjectId;
  readonly attrs: Entry['attrs'];
  /** null: of a column, which has its table's. */
  readonly owner: string | null;
  readonly acl: string;
}

interface Columns {
  readonly catalog: string;
  /** SQL: id and attributes, as JSON; where they come from; what holds privileges. */
  readonly id: string;
  readonly attrs?: string;
  readonly from: string;
  readonly owner: string;
  readonly acl: string;
  /** As acldefault() takes it. */
  readonly type: string;
}

/** Every database has it, with nothing that anybody grants. */
const isOther = `x.extname <> 'plpgsql'`;

const membersOf = ({ catalog: of, id, attrs = `'{}'::json`, from, owner, acl, type }: Columns): string => `
  select x.extname as extension, ${id} as id, ${attrs} as attrs, pg_get_userbyid(${owner}) as owner,
    coalesce(${acl}, acldefault(${type}, ${owner}))::text as acl
  from pg_depend m join pg_extension x on x.oid = m.refobjid ${from}
  where m.classid = '${of}'::regclass and m.refclassid = 'pg_extension'::regclass and m.deptype = 'e'
    and ${isOther}`;

const named = (kind: string, name: string) => `json_build_object('kind', ${kind}, 'name', ${name})`;
const inSchema = (kind: string, name: string) =>
  `json_build_object('kind', ${kind}, 'schema', n.nspname, 'name', ${name})`;

const relationKind = `case c.relkind when 'v' then 'view' when 'm' then 'materialized-view' when 'S' then 'sequence'
  when 'f' then 'foreign-table' else 'table' end`;

const members = [
  membersOf({
    catalog: 'pg_proc',
    id: `json_build_object('kind', case p.prokind when 'a' then 'aggregate' else 'function' end,
      'schema', n.nspname, 'name', p.proname, 'args', ${argumentTypes})`,
    attrs: `json_build_object('routine', 'function', 'language', l.lanname, 'parameters', '[]'::json,
      'returns', pg_get_function_result(p.oid), 'securityDefiner', p.prosecdef,
      'definition', case when p.prokind <> 'a'
        then regexp_replace(rtrim(pg_get_functiondef(p.oid), E'\\n'), '^CREATE OR REPLACE ', '') else '' end)`,
    from: `join pg_proc p on p.oid = m.objid join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang`,
    owner: 'p.proowner',
    acl: 'p.proacl',
    type: `'f'`,
  }),
  membersOf({
    catalog: 'pg_class',
    id: inSchema(relationKind, 'c.relname'),
    attrs: `json_build_object('rowSecurity', c.relrowsecurity, 'forceRowSecurity', c.relforcerowsecurity,
      'options', coalesce(to_json(c.reloptions), '[]'), 'columns', '[]'::json)`,
    from: `join pg_class c on c.oid = m.objid and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') join pg_namespace n on n.oid = c.relnamespace`,
    owner: 'c.relowner',
    acl: 'c.relacl',
    type: `case c.relkind when 'S' then 's' else 'r' end::"char"`,
  }),
  membersOf({
    catalog: 'pg_type',
    id: inSchema(typeKind, 't.typname'),
    from: `join pg_type t on t.oid = m.objid and t.typtype in ('b', 'e', 'd', 'c', 'r') and t.typcategory <> 'A'
      join pg_namespace n on n.oid = t.typnamespace`,
    owner: 't.typowner',
    acl: 't.typacl',
    type: `'T'`,
  }),
  membersOf({
    catalog: 'pg_namespace',
    id: named(`'schema'`, 'n.nspname'),
    from: 'join pg_namespace n on n.oid = m.objid',
    owner: 'n.nspowner',
    acl: 'n.nspacl',
    type: `'n'`,
  }),
  membersOf({
    catalog: 'pg_foreign_data_wrapper',
    id: named(`'foreign-data-wrapper'`, 'w.fdwname'),
    from: 'join pg_foreign_data_wrapper w on w.oid = m.objid',
    owner: 'w.fdwowner',
    acl: 'w.fdwacl',
    type: `'F'`,
  }),
  `select x.extname, json_build_object('kind', 'column', 'schema', n.nspname, 'table', c.relname, 'name', a.attname),
    '{}'::json, null, coalesce(a.attacl, '{}')::text
  from pg_depend m join pg_extension x on x.oid = m.refobjid join pg_class c on c.oid = m.objid
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where m.classid = 'pg_class'::regclass and m.refclassid = 'pg_extension'::regclass and m.deptype = 'e'
    and c.relkind in ('r', 'p', 'v', 'm', 'f') and ${isOther}`,
];

const others = (largeObjects: readonly string[]) => [
  `select null, ${named(`'named-tablespace'`, 'spcname')}, '{}'::json, pg_get_userbyid(spcowner),
    coalesce(spcacl, acldefault('t', spcowner))::text from pg_tablespace`,
  `select null, ${named(`'large-object'`, 'oid::text')}, '{}'::json, pg_get_userbyid(lomowner),
    coalesce(lomacl, acldefault('L', lomowner))::text from pg_largeobject_metadata
  where lomacl is not null or oid::text in (${['', ...largeObjects].map(literal).join(', ')})`,
  `select null, ${inSchema(`'sequence'`, 'c.relname')}, '{}'::json, pg_get_userbyid(c.relowner),
    coalesce(c.relacl, acldefault('s', c.relowner))::text
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'i'
    and d.refclassid = 'pg_class'::regclass
  where c.relkind = 'S' and c.relpersistence <> 't' and ${userNamespace} and ${notOfExtension('pg_class', 'c.oid')}`,
  // The first superuser counts as their owner.
  `select null, ${named(`'parameter'`, 'parname')}, '{}'::json, pg_get_userbyid(10), paracl::text from pg_parameter_acl`,
];

/**
 * @param largeObjects oids of some that are read though nobody was granted anything on them: a database may have millions.
 * @returns a catalog that has these besides.
 */
export async function withOutside(
  { sql }: Connection,
  of: Catalog,
  largeObjects: readonly string[] = [],
): Promise<Catalog> {
  const query = [...members, ...others(largeObjects)].join('\nunion all\n');
  const found = await sql.begin('read only', async (transaction) => {
    await transaction`select set_config('search_path', '', true)`;
    return transaction.unsafe<Found[]>(query);
  });
  const entries: Entry[] = [];
  for (const { extension, id, attrs, owner, acl } of found) {
    entries.push({ id, attrs, ...(extension === null ? {} : { aside: { extension } }) });
    if (owner !== null) entries.push({ id: { kind: 'owner', on: id }, attrs: { role: owner } });
    for (const { to, privilege, grantable, given } of parseAcl(acl)) {
      const grant: GrantId = { kind: 'grant', on: id, to, privilege };
      entries.push({ id: grant, attrs: { grantable }, aside: { given } });
    }
  }
  return withEntries(of, entries);
}
