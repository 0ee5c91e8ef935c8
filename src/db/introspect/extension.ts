/** Extensions, and in what the privileges on their objects, and on the server's own, differ from those that they came with. */
import type { ExtensionAside } from '../../core/kinds/extension.ts';
import { type ExtensionId, type GrantId, type ObjectId, type RevokeId, keyOf } from '../../core/model/id.ts';
import type { Given } from '../../core/kinds/grant.ts';
import { type AclItem, parseAcl } from './acl.ts';
import { argumentTypes } from './function.ts';
import { parseAddress } from './address.ts';
import { type Reading, add, addCarried, address, isMade, notOfExtension } from './reading.ts';

export async function readExtensions(reading: Reading): Promise<void> {
  await Promise.all([readThem(reading), readMemberPrivileges(reading)]);
}

async function readThem(reading: Reading): Promise<void> {
  const rows = await reading.sql<
    {
      oid: number;
      name: string;
      schema: string;
      version: string;
      aside: ExtensionAside;
      comment: string | null;
      ownComment: string | null;
      members: string[] | null;
    }[]
  >`
    select x.oid::int8::float8 as oid, extname as name, nspname as schema, extversion as version,
      json_build_object('isDefault', coalesce(extversion = v.default_version, false), 'relocatable', extrelocatable,
        'hasTables', exists (select from pg_depend d join pg_class c on d.classid = 'pg_class'::regclass and c.oid = d.objid
          where d.refclassid = 'pg_extension'::regclass and d.refobjid = x.oid and d.deptype = 'e' and c.relkind in ('r', 'p'))) as aside,
      obj_description(x.oid, 'pg_extension') as comment, v.comment as "ownComment",
      (select array_agg(d.classid::regclass::text || ':' || d.objid || ':0')
        from pg_depend d where d.refclassid = 'pg_extension'::regclass and d.refobjid = x.oid and d.deptype = 'e') as members
    from pg_extension x join pg_namespace n on n.oid = extnamespace
    left join pg_available_extensions() v on v.name = x.extname`;
  for (const { oid, name, schema, version, aside, comment, ownComment, members } of rows) {
    const id = { kind: 'extension', name } as const;
    add(reading, { id, attrs: { schema, version }, aside }, address('pg_extension', oid));
    const key = reading.keys.get(address('pg_extension', oid))!;
    // What uses an extension's object depends on the extension.
    for (const member of members ?? []) reading.keys.set(parseAddress(member), key);
    // The comment that CREATE EXTENSION makes is the extension's own; that it was taken away is an empty one.
    addCarried(reading, id, { comment: comment === ownComment ? null : (comment ?? '') });
  }
}

interface Member {
  /** null: it came with the server. */
  extension: string | null;
  kind: ObjectId['kind'];
  object: string;
  schema: string | null;
  /** Of a column. */
  table: string | null;
  name: string;
  args: string | null;
  /** Who made it: what this role granted goes without saying. */
  owner: string;
  acl: string;
  came: string;
}

/** Where objects of one catalog came from, as SQL. */
interface Origin {
  /** The extension's name; null: the server. */
  readonly extension: string;
  /** Its objects, as `m`: classid and objid. */
  readonly from: string;
  readonly where: string;
}

const ofExtensions = (catalog: string): Origin => ({
  extension: 'x.extname',
  from: 'pg_depend m join pg_extension x on x.oid = m.refobjid',
  where: `m.classid = '${catalog}'::regclass and m.refclassid = 'pg_extension'::regclass and m.deptype = 'e'`,
});

/** What came with the server: of pg_catalog it has kept, as pg_dump knows too, what privileges it came with. */
const ofServer = (catalog: string, namespace: string): Origin => ({
  extension: 'null',
  from: `(select '${catalog}'::regclass as classid, s.oid as objid from ${catalog} s
    where ${namespace} in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) and not (${isMade('s.oid')}) and ${notOfExtension(catalog, 's.oid')}) m`,
  where: 'true',
});

/** SQL: what of one catalog has other privileges than those that it came with. */
const members = (
  { extension, from, where }: Origin,
  { kind, schema, table = 'null', name, args = 'null', acl, came, owner, type, joins, sub = '0' }: Columns,
): string => {
  const initial = came === undefined ? 'i.initprivs' : `coalesce(i.initprivs, ${came})`;
  const byDefault = type === null ? `'{}'` : `acldefault(${type}, ${owner})`;
  return `
  select ${extension} as extension, ${kind} as kind, pg_describe_object(m.classid, m.objid, ${sub}) as object,
    ${schema} as schema, ${table} as table, ${name} as name, ${args} as args,
    pg_get_userbyid(${owner}) as owner,
    coalesce(${acl}, ${byDefault})::text as acl, coalesce(${initial}, ${byDefault})::text as came
  from ${from} ${joins}
  left join pg_init_privs i on i.classoid = m.classid and i.objoid = m.objid and i.objsubid = ${sub}
  where ${where} and ${acl} is distinct from ${initial}`;
};

/** SQL: what an object of information_schema came with beside its owner's own: initdb makes it after it has kept the rest. */
const cameForAll = (type: string, owner: string, privilege: string): string =>
  `case when n.nspname = 'information_schema' then acldefault(${type}, ${owner}) || makeaclitem(0, ${owner}, '${privilege}', false) end`;

/** By catalog, the namespace of what is in it; and where the server has nothing of its own, or it is read elsewhere, none. */
const namespaces: Readonly<Record<string, string>> = {
  pg_proc: 's.pronamespace',
  pg_class: 's.relnamespace',
  pg_type: 's.typnamespace',
  pg_namespace: 's.oid',
};

interface Columns {
  readonly kind: string;
  readonly schema: string;
  readonly table?: string;
  readonly name: string;
  readonly args?: string;
  readonly acl: string;
  /** What it came with where the server has not kept it; default: what everything has that nobody granted anything on. */
  readonly came?: string;
  readonly owner: string;
  /** As acldefault() takes it; null: none by default. */
  readonly type: string | null;
  readonly joins: string;
  readonly sub?: string;
}

/** SQL: the kind of the type t. */
export const typeKind = `case t.typtype when 'e' then 'enum' when 'd' then 'domain-type' when 'c' then 'composite-type'
  when 'r' then 'range-type' else 'base-type' end`;

const sources: readonly (readonly [catalog: string, Columns])[] = [
  [
    'pg_proc',
    {
      kind: `case p.prokind when 'a' then 'aggregate' else 'function' end`,
      schema: 'n.nspname',
      name: 'p.proname',
      args: argumentTypes,
      acl: 'p.proacl',
      owner: 'p.proowner',
      type: `'f'`,
      joins: 'join pg_proc p on p.oid = m.objid join pg_namespace n on n.oid = p.pronamespace',
    },
  ],
  [
    'pg_class',
    {
      kind: `case c.relkind when 'v' then 'view' when 'm' then 'materialized-view' when 'S' then 'sequence'
      when 'f' then 'foreign-table' else 'table' end`,
      schema: 'n.nspname',
      name: 'c.relname',
      acl: 'c.relacl',
      // The standard's views, but for what they are made of (information_schema.sql).
      came: `case when c.relkind in ('r', 'v') and c.relname !~ '^_pg_' and c.relname not in ('sql_parts', 'transforms')
        then ${cameForAll(`'r'`, 'c.relowner', 'SELECT')} end`,
      owner: 'c.relowner',
      type: `case c.relkind when 'S' then 's' else 'r' end::"char"`,
      joins: 'join pg_class c on c.oid = m.objid join pg_namespace n on n.oid = c.relnamespace',
    },
  ],
  [
    'pg_foreign_data_wrapper',
    {
      kind: `'foreign-data-wrapper'`,
      schema: 'null',
      name: 'w.fdwname',
      acl: 'w.fdwacl',
      owner: 'w.fdwowner',
      type: `'F'`,
      joins: 'join pg_foreign_data_wrapper w on w.oid = m.objid',
    },
  ],
  [
    'pg_namespace',
    {
      kind: `'schema'`,
      schema: 'null',
      name: 'n.nspname',
      acl: 'n.nspacl',
      came: cameForAll(`'n'`, 'n.nspowner', 'USAGE'),
      owner: 'n.nspowner',
      type: `'n'`,
      joins: 'join pg_namespace n on n.oid = m.objid',
    },
  ],
  [
    'pg_type',
    {
      kind: typeKind,
      schema: 'n.nspname',
      name: 't.typname',
      acl: 't.typacl',
      owner: 't.typowner',
      type: `'T'`,
      joins: 'join pg_type t on t.oid = m.objid join pg_namespace n on n.oid = t.typnamespace',
    },
  ],
  [
    'pg_language',
    {
      kind: `'language'`,
      schema: 'null',
      name: 'l.lanname',
      acl: 'l.lanacl',
      owner: 'l.lanowner',
      type: `'l'`,
      joins: 'join pg_language l on l.oid = m.objid',
    },
  ],
  [
    'pg_class',
    {
      kind: `'column'`,
      schema: 'n.nspname',
      table: 'c.relname',
      name: 'a.attname',
      acl: 'a.attacl',
      owner: 'c.relowner',
      type: null,
      joins: `join pg_class c on c.oid = m.objid join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped`,
      sub: 'a.attnum',
    },
  ],
];

async function readMemberPrivileges(reading: Reading): Promise<void> {
  const queries = sources.flatMap(([catalog, columns]) => {
    const namespace = namespaces[catalog];
    const origins = [
      ofExtensions(catalog),
      ...(namespace === undefined ? [] : [ofServer(catalog, namespace)]),
    ];
    return origins.map((origin) => members(origin, columns));
  });
  const rows = await reading.sql.unsafe<Member[]>(queries.join('\nunion all'));
  for (const { extension, kind, object, schema, table, name, args, ...privileges } of rows) {
    const on = {
      kind,
      ...(schema === null ? {} : { schema }),
      ...(table === null ? {} : { table }),
      name,
      ...(args === null ? {} : { args }),
    } as ObjectId;
    const of = extension === null ? undefined : ({ kind: 'extension', name: extension } as const);
    if (!addDifferences(reading, on, privileges, of))
      reading.notAnalysed.push({
        object: `privileges on ${object} of ${extension === null ? 'the server' : `extension ${extension}`}`,
        schema,
        why: 'they differ from those that it came with, in a way that is not modelled',
      });
  }
}

/**
 * Adds what the privileges on an object differ in from those that it came with.
 * @param extension that it is a member of; undefined: it is the server's own.
 * @returns whether that is all that they differ in.
 */
export function addDifferences(
  reading: Reading,
  on: ObjectId,
  { owner, acl, came }: Pick<Member, 'owner' | 'acl' | 'came'>,
  extension?: ExtensionId,
): boolean {
  const before = new Map(parseAcl(came).map((item) => [`${item.to}\0${item.privilege}`, item]));
  let isAll = true;
  for (const { to, privilege, grantable, was, given } of differences(parseAcl(acl), before)) {
    if (was !== undefined && grantable !== null) {
      isAll = false;
      continue;
    }
    const id: GrantId | RevokeId = { kind: grantable === null ? 'revoke' : 'grant', on, to, privilege };
    const isOwners = given.every(({ grantor }) => grantor === owner);
    const attrs = grantable === null ? {} : { grantable };
    add(reading, isOwners ? { id, attrs } : { id, attrs, aside: { given } });
    if (extension !== undefined)
      reading.edges.push({ dependent: keyOf(id), referenced: keyOf(extension), type: 'auto' });
  }
  return isAll;
}

interface Difference {
  readonly to: string;
  readonly privilege: string;
  /** null: it is not held any more. */
  readonly grantable: boolean | null;
  readonly was: boolean | undefined;
  readonly given: readonly Given[];
}

function differences(now: readonly AclItem[], before: Map<string, AclItem>): Difference[] {
  const found: Difference[] = [];
  for (const { to, privilege, grantable, given } of now) {
    const was = before.get(`${to}\0${privilege}`)?.grantable;
    before.delete(`${to}\0${privilege}`);
    if (was !== grantable) found.push({ to, privilege, grantable, was, given });
  }
  for (const { to, privilege, grantable } of before.values())
    found.push({ to, privilege, grantable: null, was: grantable, given: [] });
  return found;
}
