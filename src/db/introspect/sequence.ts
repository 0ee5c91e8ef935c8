/** Sequences, and which column owns them. An identity column's sequence is the column's own, and no entry: but for the privileges on it. */
import { ofIdentity } from '../../core/kinds/identity-privileges.ts';
import { privilegesOn } from '../../core/kinds/privileges.ts';
import type { Attributes } from '../../core/model/entry.ts';
import type { ColumnId, SequenceId } from '../../core/model/id.ts';
import { parseAcl } from './acl.ts';
import type { SequenceAttributes } from '../../core/kinds/sequence.ts';
import {
  type Carried,
  type Reading,
  add,
  addCarried,
  address,
  commentOf,
  notOfExtension,
  userNamespace,
} from './reading.ts';

export async function readSequences(reading: Reading): Promise<void> {
  await Promise.all([readThem(reading), readIdentityPrivileges(reading)]);
}

/** Of sequences only whose they are, and who may use them. */
export async function readSequenceHolders(reading: Reading): Promise<void> {
  await Promise.all([readOwners(reading), readIdentityPrivileges(reading)]);
}

interface OwnedSequence extends Carried {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly ownedBy: { schema: string; table: string; column: string } | null;
}

/** SQL: the columns of an `OwnedSequence` but for its comment, of a row c of pg_class with what `owningColumn` joins. */
const ownedSequence = `c.oid::int8::float8 as oid, n.nspname as schema, c.relname as name,
      case when d.refobjid is not null then json_build_object('schema', tn.nspname, 'table', t.relname, 'column', a.attname) end as "ownedBy",
      pg_get_userbyid(c.relowner) as owner, coalesce(c.relacl, acldefault('s', c.relowner))::text as acl`;

/** SQL: joins the column that owns the sequence c. */
const owningColumn = `left join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.objsubid = 0
      and d.deptype in ('a', 'i') and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0
    left join pg_class t on t.oid = d.refobjid left join pg_namespace tn on tn.oid = t.relnamespace
    left join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid`;

/** SQL: that c is a sequence, and not an identity column's. */
const isSequence = `c.relkind = 'S' and c.relpersistence <> 't' and ${userNamespace}
      and ${notOfExtension('pg_class', 'c.oid')} and d.deptype is distinct from 'i'`;

async function readOwners(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<OwnedSequence[]>`
    select ${sql.unsafe(ownedSequence)}, null as comment
    from pg_class c join pg_namespace n on n.oid = c.relnamespace ${sql.unsafe(owningColumn)}
    where ${sql.unsafe(isSequence)}`;
  for (const row of rows) addSequence(reading, row, {});
}

function addSequence(reading: Reading, row: OwnedSequence, attrs: Attributes): void {
  const { oid, schema, name, ownedBy, ...carried } = row;
  const id = { kind: 'sequence', schema, name } as const;
  add(reading, { id, attrs }, address('pg_class', oid));
  addCarried(reading, id, carried);
  if (ownedBy !== null) add(reading, { id: { kind: 'owned-by', schema, name }, attrs: ownedBy });
}

async function readThem(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<(OwnedSequence & { attrs: SequenceAttributes })[]>`
    select ${sql.unsafe(ownedSequence)}, cm.description as comment,
      json_build_object('type', format_type(s.seqtypid, null), 'start', s.seqstart::text, 'increment', s.seqincrement::text,
        'min', case when s.seqmin = case when s.seqincrement > 0 then 1 else ty.low end then null else s.seqmin::text end,
        'max', case when s.seqmax = case when s.seqincrement > 0 then ty.high else -1 end then null else s.seqmax::text end,
        'cache', s.seqcache::text, 'cycle', s.seqcycle, 'persistence', case c.relpersistence when 'u' then 'unlogged' else 'permanent' end) as attrs
    from pg_sequence s join pg_class c on c.oid = s.seqrelid join pg_namespace n on n.oid = c.relnamespace
    join (values ('int2'::regtype, -32768::int8, 32767::int8), ('int4', -2147483648, 2147483647),
      ('int8', -9223372036854775808, 9223372036854775807)) ty(type, low, high) on ty.type = s.seqtypid
    ${sql.unsafe(owningColumn)} ${sql.unsafe(commentOf('pg_class', 'c.oid'))}
    where ${sql.unsafe(isSequence)}`;
  for (const { attrs, ...row } of rows) addSequence(reading, row, attrs);
}

/** In what the privileges on the sequences of identity columns differ from those of new ones. */
async function readIdentityPrivileges(reading: Reading): Promise<void> {
  const { sql, serverVersion } = reading;
  const rows = await sql<
    {
      schema: string;
      name: string;
      tableSchema: string;
      table: string;
      column: string;
      owner: string;
      acl: string;
    }[]
  >`
    select n.nspname as schema, c.relname as name, tn.nspname as "tableSchema", t.relname as table, a.attname as column,
      pg_get_userbyid(c.relowner) as owner, c.relacl::text as acl
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'i'
      and d.refclassid = 'pg_class'::regclass
    join pg_class t on t.oid = d.refobjid join pg_namespace tn on tn.oid = t.relnamespace
    join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid
    where c.relkind = 'S' and c.relacl is not null and ${sql.unsafe(userNamespace)}
      and ${sql.unsafe(notOfExtension('pg_class', 'c.oid'))}`;
  const all = privilegesOn('sequence', serverVersion);
  for (const { schema, name, tableSchema, table, column, owner, acl } of rows) {
    const on: SequenceId = { kind: 'sequence', schema, name };
    const columnId: ColumnId = { kind: 'column', schema: tableSchema, table, name: column };
    const aside = ofIdentity(columnId);
    const kept = new Set<string>();
    for (const { to, privilege, grantable, given } of parseAcl(acl)) {
      if (to === owner) {
        kept.add(privilege);
        if (grantable)
          reading.notAnalysed.push({
            object: `${privilege} on sequence ${schema}.${name} to ${owner}`,
            schema,
            why: 'its owner was given the grant option, which an owner has anyway',
          });
        continue;
      }
      const isOwners = given.length === 1 && given[0]!.grantor === owner;
      const id = { kind: 'grant', on, to, privilege } as const;
      add(reading, { id, attrs: { grantable }, aside: isOwners ? aside : { ...aside, given } });
    }
    for (const privilege of all)
      if (!kept.has(privilege))
        add(reading, { id: { kind: 'revoke', on, to: owner, privilege }, attrs: {}, aside });
  }
}
