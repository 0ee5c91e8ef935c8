/** What statements do to a server, seen from their own session: the locks they hold, the files they write anew, the tables they read as a whole. */
import type { Sql } from 'postgres';
import { type Lock, type LockMode, lockModes } from '../../core/model/statement.ts';
import { qualified } from '../../sql/quote.ts';

/** A relation that people use: a table, view, materialized view, foreign table or sequence. */
export interface Relation {
  /** `schema.name`, as SQL writes it. */
  readonly name: string;
  /** Of the file that holds its rows; 0: it has none (a sequence’s position is no rows). */
  readonly file: number;
  /** The oids of what it is a partition or child of, or as a sequence belongs to. */
  readonly parents: readonly number[];
}
export type Relations = ReadonlyMap<number, Relation>;

interface Row {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly file: number;
  readonly parents: readonly number[];
}

const columns = `c.oid::int8::float8 as oid, n.nspname as schema, c.relname as name, case c.relkind when 'S' then 0 else c.relfilenode::int8::float8 end as file,
  array(select inhparent::int8::float8 from pg_inherits where inhrelid = c.oid
    union all select refobjid::int8::float8 from pg_depend where c.relkind = 'S' and classid = 'pg_class'::regclass
      and objid = c.oid and refclassid = 'pg_class'::regclass and refobjsubid > 0 and deptype = 'a') as parents`;
/** An identity column's sequence is the column's own, what an extension has made the extension's. */
const used = `c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and c.relpersistence <> 't'
  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and (d.deptype = 'e' or d.deptype = 'i' and c.relkind = 'S'))
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;

/** @returns the relations that are there, by oid. */
export async function readRelations(sql: Sql): Promise<Relations> {
  const rows = await sql.unsafe<Row[]>(
    `select ${columns} from pg_class c join pg_namespace n on n.oid = c.relnamespace where ${used}`,
  );
  return byOid(rows);
}

const byOid = (rows: readonly Row[]): Relations =>
  new Map(
    rows.map(({ oid, schema, name, file, parents }) => [
      oid,
      { name: qualified(schema, name), file, parents },
    ]),
  );

/** The strongest lock that the session holds on each relation, by oid; what it keeps nobody from doing is left out. */
export type Held = ReadonlyMap<number, LockMode>;

export interface Seen {
  readonly held: Held;
  /** What is locked, as it is now: what is gone is not in it. */
  readonly relations: Relations;
  /** How often each table that is locked so has been read from end to end, by oid, since the transaction began. */
  readonly scans: ReadonlyMap<number, number>;
}

/** Before a transaction that is to be seen: what the session has read till then no longer counts. */
export const startCounting = 'SELECT pg_stat_force_next_flush()';

/** Reads what this session's open transaction holds. */
export async function see(sql: Sql): Promise<Seen> {
  const rows = await sql.unsafe<(Row & { mode: string; locked: number; scans: number })[]>(
    `select l.relation::int8::float8 as locked, l.mode, pg_stat_get_xact_numscans(l.relation)::float8 as scans, ${columns}
     from pg_locks l left join (pg_class c join pg_namespace n on n.oid = c.relnamespace) on c.oid = l.relation
     where l.pid = pg_backend_pid() and l.locktype = 'relation' and l.granted and l.relation >= 16384`,
  );
  const held = new Map<number, LockMode>();
  const scans = new Map<number, number>();
  for (const { locked, mode, scans: count } of rows) {
    const name = modeOf(mode);
    if (isStrong(name)) scans.set(locked, count);
    const before = held.get(locked);
    if (isStrong(name) && (before === undefined || isWeaker(before, name))) held.set(locked, name);
  }
  return { held, scans, relations: byOid(rows.filter(({ oid }) => oid !== null)) };
}

/** `AccessExclusiveLock` → `ACCESS EXCLUSIVE`. */
const modeOf = (mode: string): LockMode =>
  mode
    .replace(/Lock$/, '')
    .replaceAll(/(?<!^)(?=[A-Z])/g, ' ')
    .toUpperCase() as LockMode;

const rank = (mode: LockMode) => lockModes.indexOf(mode);
const isWeaker = (a: LockMode, b: LockMode) => rank(a) < rank(b);
/** Whether a lock keeps others from anything but VACUUM FULL and the like: the weaker ones every query takes. */
const isStrong = (mode: LockMode) => !isWeaker(mode, 'SHARE UPDATE EXCLUSIVE');

export interface Stated {
  readonly locks: readonly Lock[];
  readonly hazards: readonly { readonly name: string; readonly object: string }[];
}

/**
 * Compares what a statement states with what was seen.
 * @param known the relations that were there before anything was made: only these others can use.
 * @param before what the transaction held, and had read, before the statement; its locks may be held already.
 * @returns what does not agree, a clause each.
 */
export function disagreements(
  stated: Stated,
  known: Relations,
  before: Pick<Seen, 'held' | 'scans'>,
  after: Seen,
): string[] {
  const oidOf = new Map([...known].map(([oid, { name }]) => [name, oid]));
  const locked = new Map<number, LockMode>();
  for (const { mode, relation } of stated.locks) {
    const oid = oidOf.get(relation);
    if (oid !== undefined && isStrong(mode) && isWeaker(locked.get(oid) ?? 'ACCESS SHARE', mode))
      locked.set(oid, mode);
  }
  const found: string[] = [];
  for (const [oid, mode] of locked) {
    const held = after.held.get(oid);
    if (held === undefined || isWeaker(held, mode))
      found.push(`states ${mode} on ${known.get(oid)!.name}, and holds ${held ?? 'no lock'}`);
  }
  for (const [oid, mode] of after.held) {
    const relation = known.get(oid);
    const had = before.held.get(oid);
    if (relation === undefined || (had !== undefined && !isWeaker(had, mode))) continue;
    // A lock on a partitioned table may reach its partitions, one on a table its columns’ sequences.
    const covered = lineage(oid, known).some((each) => {
      const claim = locked.get(each);
      return claim !== undefined && !isWeaker(claim, mode);
    });
    if (!covered) found.push(`takes ${mode} on ${relation.name}, and states ${locked.get(oid) ?? 'no lock'}`);
  }
  const rewritten = [...after.relations]
    .filter(([oid, { file }]) => known.has(oid) && known.get(oid)!.file !== file)
    .map(([oid]) => oid);
  // What it says it reads it may find that it need not: by constraints that prove what it looks for, or by an index.
  const read = [...after.scans]
    .filter(([oid, count]) => hasRows(oid, known) && count > (before.scans.get(oid) ?? 0))
    .map(([oid]) => oid);
  const claimsOf = (...names: string[]) =>
    new Set(
      stated.hazards
        .filter(({ name }) => names.includes(name))
        .flatMap(({ object }) => oidOf.get(object) ?? []),
    );
  const claimed = { rewrite: claimsOf('rewrite'), scan: claimsOf('rewrite', 'scan') };
  for (const oid of rewritten)
    if (!lineage(oid, known).some((each) => claimed.rewrite.has(each)))
      found.push(`rewrites ${known.get(oid)!.name}, and does not state it`);
  for (const oid of read)
    if (!lineage(oid, known).some((each) => claimed.scan.has(each)))
      found.push(`reads all of ${known.get(oid)!.name}, and does not state it`);
  for (const oid of claimed.rewrite)
    if (!rewritten.some((each) => lineage(each, known).includes(oid)))
      found.push(`states that it rewrites ${known.get(oid)!.name}, and does not`);
  return found;
}

/** A partitioned table has no file. */
const hasRows = (oid: number, known: Relations): boolean => (known.get(oid)?.file ?? 0) !== 0;
/** @returns a relation and what it is part of, all the way up. */
function lineage(oid: number, known: Relations): number[] {
  return [oid, ...(known.get(oid)?.parents ?? []).flatMap((parent) => lineage(parent, known))];
}
