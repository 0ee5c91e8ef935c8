/** Operator families with their members, and operator classes with theirs. */
import type { OperatorClassAttributes } from '../../core/kinds/operator-class.ts';
import type { OperatorClassId, OperatorFamilyMemberId } from '../../core/model/id.ts';
import { jsonOf } from './in-schema.ts';
import { parseAddress } from './address.ts';
import {
  type Carried,
  type Reading,
  add,
  addCarried,
  address,
  notOfExtension,
  userNamespace,
} from './reading.ts';

/** SQL: a class or family, by its namespace and name columns. */
const named = (namespace: string, name: string): string =>
  `quote_ident(${namespace}) || '.' || quote_ident(${name})`;

/** SQL: every member of a family, and what it belongs to: one of the classes, or the family itself. */
const allMembers = `
  select 'pg_amop' as catalog, m.oid, m.amopfamily as family, m.amopstrategy as number, 'operator' as member,
    m.amoplefttype as lefttype, m.amoprighttype as righttype, 'pg_operator' as of, m.amopopr as what,
    m.amopopr::regoperator::text || coalesce(' FOR ORDER BY ' || (select ${named('sn.nspname', 's.opfname')}
      from pg_opfamily s join pg_namespace sn on sn.oid = s.opfnamespace where s.oid = m.amopsortfamily), '') as definition
  from pg_amop m
  union all
  select 'pg_amproc', m.oid, m.amprocfamily, m.amprocnum, 'function', m.amproclefttype, m.amprocrighttype,
    'pg_proc', m.amproc,
    format('(%s, %s) %s', format_type(m.amproclefttype, null), format_type(m.amprocrighttype, null), m.amproc::oid::regprocedure)
  from pg_amproc m`;

const classAttributes = jsonOf({
  default: 'o.opcdefault',
  type: 'format_type(o.opcintype, null)',
  family: `json_build_object('schema', fn.nspname, 'name', f.opfname)`,
  storage: 'case when o.opckeytype <> 0 then format_type(o.opckeytype, null) end',
});

interface Member {
  readonly at: string;
  readonly member: OperatorFamilyMemberId['member'];
  readonly number: number;
  readonly left: string;
  readonly right: string;
  readonly definition: string;
  /** Of the class that it belongs to. */
  readonly class: number | null;
  /** Its family's. */
  readonly schema: string;
  readonly name: string;
  readonly method: string;
}
interface InMethod {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly method: string;
}

export async function readOperatorClasses(reading: Reading): Promise<void> {
  const { sql } = reading;
  const [families, classes, members] = await Promise.all([
    sql<(InMethod & Carried)[]>`
    select o.oid::int8::float8 as oid, n.nspname as schema, o.opfname as name, m.amname as method,
      pg_get_userbyid(o.opfowner) as owner, obj_description(o.oid, 'pg_opfamily') as comment
    from pg_opfamily o join pg_namespace n on n.oid = o.opfnamespace join pg_am m on m.oid = o.opfmethod
    where ${sql.unsafe(userNamespace)} and ${sql.unsafe(notOfExtension('pg_opfamily', 'o.oid'))}`,
    sql<(InMethod & { attrs: Omit<OperatorClassAttributes, 'items'> } & Carried)[]>`
    select o.oid::int8::float8 as oid, n.nspname as schema, o.opcname as name, m.amname as method,
      ${sql.unsafe(classAttributes)} as attrs,
      pg_get_userbyid(o.opcowner) as owner, obj_description(o.oid, 'pg_opclass') as comment
    from pg_opclass o join pg_namespace n on n.oid = o.opcnamespace join pg_am m on m.oid = o.opcmethod
    join pg_opfamily f on f.oid = o.opcfamily join pg_namespace fn on fn.oid = f.opfnamespace
    where ${sql.unsafe(userNamespace)} and ${sql.unsafe(notOfExtension('pg_opclass', 'o.oid'))}`,
    sql<Member[]>`
    select m.catalog || ':' || m.oid || ':0' as at, m.member, m.number, m.definition,
      format_type(m.lefttype, null) as left, format_type(m.righttype, null) as right,
      n.nspname as schema, f.opfname as name, a.amname as method,
      (select d.refobjid from pg_depend d where d.classid = m.catalog::regclass and d.objid = m.oid
        and d.refclassid = 'pg_opclass'::regclass)::int8::float8 as class
    from (${sql.unsafe(allMembers)}) m join pg_opfamily f on f.oid = m.family
    join pg_namespace n on n.oid = f.opfnamespace join pg_am a on a.oid = f.opfmethod
    where m.oid >= 16384 and ${sql.unsafe(notOfExtension('pg_opfamily', 'f.oid'))}
      -- What an extension adds to a family of the server's is the extension's.
      and (f.oid >= 16384 or not exists (select from pg_depend e
        where e.classid = m.of::regclass and e.objid = m.what and e.deptype = 'e'))
    order by m.member desc, m.number, 5, 6`,
  ]);
  for (const { oid, schema, name, method, ...carried } of families) {
    const id = { kind: 'operator-family', schema, name, method } as const;
    add(reading, { id, attrs: {} }, address('pg_opfamily', oid));
    addCarried(reading, id, carried);
  }
  for (const { oid, schema, name, method, attrs, ...carried } of classes) {
    const id: OperatorClassId = { kind: 'operator-class', schema, name, method };
    const own = members.filter((each) => each.class === oid);
    const items = own.map(
      ({ member, number, definition }) => `${member.toUpperCase()} ${number} ${definition}`,
    );
    add(reading, { id, attrs: { ...attrs, items } }, address('pg_opclass', oid));
    for (const { at } of own)
      reading.keys.set(parseAddress(at), reading.keys.get(address('pg_opclass', oid))!);
    addCarried(reading, id, carried);
  }
  for (const { at, class: ofClass, definition, ...names } of members)
    if (ofClass === null)
      add(
        reading,
        { id: { kind: 'operator-family-member', ...names }, attrs: { definition } },
        parseAddress(at),
      );
}
