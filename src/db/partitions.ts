/** Partition sets in a live database: how full they are, and the partitions that are due. */
import type { TransactionSql } from 'postgres';
import type { Manifest } from '../core/manifest/manifest.ts';
import { inputError, operationalError } from '../core/model/problem.ts';
import type { ParentGrant } from '../core/partitions/partitioned-table.ts';
import { type NewPartition, type PartitionPlan, toMake } from '../core/partitions/plan.ts';
import { type PlannedSet, planSets } from '../core/partitions/sets.ts';
import { grantee, identifier, qualified } from '../sql/quote.ts';
import type { Connection } from './connect.ts';
import { introspect } from './introspect/introspect.ts';

export interface EnsureOptions {
  /** Return the SQL, run nothing. */
  readonly dryRun: boolean;
  /** One line per set that got partitions. */
  readonly log: (line: string) => void;
  /** One line per set whose table is not there yet. */
  readonly debug?: (line: string) => void;
  /** Only the sets of these domains. Default: all. */
  readonly domains?: ReadonlySet<string>;
}

/**
 * Makes the partitions that are due, each in a transaction of its own, so that no lock is held longer than one
 * needs. Doing it twice does nothing; of two at once, one makes a partition and the other finds it made.
 *
 * @param database key into the manifest's `databases`.
 * @returns the SQL that was run, or with `dryRun` would be.
 * @throws KnownError (2) when a table does not fit its declaration; (3) when a name is taken, a lock is not to be
 * had in time, or the DEFAULT partition holds rows of the new one. What was made before stays.
 */
export async function ensurePartitions(
  connection: Connection,
  manifest: Manifest,
  database: string,
  now: Date,
  { dryRun, log, debug, domains }: EnsureOptions,
): Promise<string[]> {
  const declared = [...manifest.domains.values()].some(({ partitions }) => partitions.length > 0);
  if (!declared) return [];
  const live = await introspect(connection);
  const done: string[] = [];
  for (const planned of planSets(manifest, database, live, now)) {
    if (domains !== undefined && !domains.has(planned.domain.name)) continue;
    if (planned.plan === 'absent') {
      debug?.(`partitions: ${setName(planned)} is not there yet`);
      continue;
    }
    if ('mismatch' in planned.plan) throw inputError(mismatchProblem(planned, planned.plan.mismatch));
    const made: string[] = [];
    for (const partition of toMake(planned.plan)) {
      const sql = dryRun ? partition.sql : await makePartition(connection, planned.plan, partition);
      if (sql.length > 0) made.push(partition.name);
      done.push(...sql);
    }
    if (made.length > 0 && !dryRun) log(`partitions: ${setName(planned)}: made ${range(made)}`);
  }
  return done;
}

const setName = ({ domain, set }: PlannedSet) => qualified(domain.schema, set.table);
const range = (names: readonly string[]) =>
  names.length < 4 ? names.join(', ') : `${names.length} (${names[0]} … ${names.at(-1)})`;

function mismatchProblem(planned: PlannedSet, mismatch: string) {
  const { table, by } = planned.set;
  return {
    message: `${setName(planned)} ${mismatch}`,
    help: `Partition the table by RANGE (${identifier(by)}), or correct partitions.${table} in the manifest.`,
    path: planned.set.path.join('.'),
  };
}

async function makePartition(
  { sql }: Connection,
  { table, set, defaultPartition }: PartitionPlan,
  partition: NewPartition,
): Promise<readonly string[]> {
  const parent = qualified(table.schema, table.name);
  const name = qualified(table.schema, partition.name);
  try {
    return await sql.begin(async (transaction) => {
      await transaction`select pg_advisory_xact_lock(hashtext('dbctl partitions'), ${parent}::regclass::oid::int8::bit(32)::int)`;
      const [there] = await transaction<{ parent: boolean }[]>`
        select coalesce(i.inhparent = ${parent}::regclass, false) as parent
        from pg_class c left join pg_inherits i on i.inhrelid = c.oid where c.oid = to_regclass(${name})`;
      if (there?.parent) return [];
      if (there !== undefined)
        throw operationalError({
          message: `cannot make partition ${name} of ${parent}: another relation has that name`,
          help: `Rename ${name}, or attach it to ${parent}, or choose another name pattern for the set.`,
        });
      for (const statement of partition.sql) await transaction.unsafe(statement);
      const extra = set.grants === 'parent' ? await takeExtra(transaction, name, table.grants) : [];
      return [...partition.sql, ...extra];
    });
  } catch (error) {
    if (error instanceof Error && error.name === 'KnownError') throw error;
    const { code, message } = error as { code?: string; message: string };
    const help =
      code === '23514' && defaultPartition !== null
        ? `Move the rows of that period out of ${qualified(defaultPartition.schema, defaultPartition.name)} first.`
        : code === '55P03'
          ? 'Try again when the table is less busy: another transaction holds a lock on it.'
          : 'Mend what the server says, and run dbctl partitions ensure again: it goes on where it stopped.';
    throw operationalError(
      { message: `cannot make partition ${name} of ${parent}: ${message}`, help },
      error,
    );
  }
}

/** Default privileges of whoever makes the partition may give more than the parent has: that is taken back. */
async function takeExtra(
  transaction: TransactionSql,
  name: string,
  grants: readonly ParentGrant[],
): Promise<string[]> {
  const given = await transaction<{ to: string; privilege: string }[]>`
    select case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee) end as to, lower(a.privilege_type) as privilege
    from pg_class c, aclexplode(c.relacl) a where c.oid = ${name}::regclass and a.grantee <> c.relowner order by 1, 2`;
  const wanted = (to: string, privilege: string) =>
    grants.some((grant) => grant.column === null && grant.to === to && grant.privilege === privilege);
  const statements = given
    .filter(({ to, privilege }) => !wanted(to, privilege))
    .map(({ to, privilege }) => `REVOKE ${privilege.toUpperCase()} ON ${name} FROM ${grantee(to)}`);
  for (const statement of statements) await transaction.unsafe(statement);
  return statements;
}

/** Row counts: of range partitions as the planner estimates them (null: never analysed), of DEFAULT ones exactly. */
export interface PartitionRows {
  readonly estimates: ReadonlyMap<string, number | null>;
  readonly inDefault: ReadonlyMap<string, number>;
}

/** @returns rows per partition, by its qualified name as SQL writes it. */
export async function countRows(
  { sql }: Connection,
  plans: readonly PartitionPlan[],
): Promise<PartitionRows> {
  const estimates = new Map<string, number | null>();
  const inDefault = new Map<string, number>();
  for (const { table, defaultPartition } of plans) {
    const rows = await sql<{ schema: string; name: string; rows: number }[]>`
      select n.nspname as schema, c.relname as name, c.reltuples::float8 as rows
      from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_namespace n on n.oid = c.relnamespace
      where i.inhparent = ${qualified(table.schema, table.name)}::regclass`;
    for (const { schema, name, rows: estimate } of rows)
      estimates.set(qualified(schema, name), estimate < 0 ? null : estimate);
    if (defaultPartition === null) continue;
    const name = qualified(defaultPartition.schema, defaultPartition.name);
    const [row] = await sql<{ count: number }[]>`select count(*)::float8 as count from ${sql.unsafe(name)}`;
    inDefault.set(name, row!.count);
  }
  return { estimates, inDefault };
}
