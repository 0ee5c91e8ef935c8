/** A live or shadow database → a catalog: one read-only snapshot, the queries pipelined on one connection. */
import { ownReferences } from '../../core/kinds/kinds.ts';
import { type Catalog, type ToldEdges, catalogOf, toldEdges } from '../../core/model/catalog.ts';
import type { TransactionSql } from 'postgres';
import { literal } from '../../sql/quote.ts';
import { type Connection, describeAddress } from '../connect.ts';
import { AddressMap } from './address.ts';
import { readAggregates } from './aggregate.ts';
import { readBaseTypes } from './base-type.ts';
import { readCompositeTypes } from './composite-type.ts';
import { readDefaultPrivileges } from './default-privilege.ts';
import { readDatabaseSettings } from './database-setting.ts';
import { readDependencies, readRowTypes } from './dependency.ts';
import { readDrawingDefaults, readPartitionKeyColumns } from './drawn-on.ts';
import { readDomainTypes } from './domain-type.ts';
import { readEnums } from './enum.ts';
import { readEventTriggers } from './event-trigger.ts';
import { readExtensions } from './extension.ts';
import { readExtensionDependencies } from './extension-dependency.ts';
import { readForeignServers } from './foreign-server.ts';
import { readForeignTables } from './foreign-table.ts';
import { readFunctionHolders, readFunctions } from './function.ts';
import { readLargeObjects } from './large-object.ts';
import { readMaterializedViews } from './materialized-view.ts';
import { readNamedTablespaces } from './named-tablespace.ts';
import { readNotAnalysed } from './not-analysed.ts';
import { readParameters } from './parameter.ts';
import { readPartComments } from './part-comment.ts';
import { readPolicies } from './policy.ts';
import type { Key } from '../../core/model/id.ts';
import type { Reading } from './reading.ts';
import { readPublications } from './publication.ts';
import { readSubscriptions } from './subscription.ts';
import { readRangeTypes } from './range-type.ts';
import { readRoles } from './role.ts';
import { readRules } from './rule.ts';
import { readSchemas } from './schema.ts';
import { readSecurityLabels } from './security-label.ts';
import { readSequenceHolders, readSequences } from './sequence.ts';
import { type Recording, recording, replaying } from './recorded.ts';
import { readIndexColumns } from './index-column.ts';
import { readIndexMarks } from './index-mark.ts';
import { readIndexParts } from './index-part.ts';
import { readTablespaces } from './tablespace.ts';
import { readColumnPrivileges } from './column.ts';
import { partsAt, readRelations, readTableParts, tableBundles } from './table-part.ts';
import { aclBundles } from './acl.ts';
import { readInherits, readTables } from './table.ts';
import { readPartitionTriggers, readTriggers } from './trigger.ts';
import { readCollations } from './collation.ts';
import { readConversions } from './conversion.ts';
import { readStatistics } from './statistics.ts';
import { readTextSearchParsers } from './text-search-parser.ts';
import { readTextSearchTemplates } from './text-search-template.ts';
import { readTextSearchDictionaries } from './text-search-dictionary.ts';
import { readTextSearchConfigurations } from './text-search-configuration.ts';
import { readAccessMethods } from './access-method.ts';
import { readCasts, readTransforms } from './cast.ts';
import { readLanguages } from './language.ts';
import { readOperatorClasses } from './operator-class.ts';
import { readOperators } from './operator.ts';
import { readViewHolders, readViews } from './view.ts';

/** @param source what messages call it; default: the database and where it is. */
export function introspect(
  connection: Connection,
  source: string = describeAddress(connection.address),
): Promise<Catalog> {
  return inHalves(connection, (sql, aside) =>
    fill(connection, sql, source, (reading) => readAll(reading, aside)),
  );
}

/** Likewise, with what the database answered. */
export async function introspectRecorded(
  connection: Connection,
  source: string,
): Promise<{ catalog: Catalog; recorded: Recording }> {
  const answers = new Map<string, (readonly object[])[]>();
  const catalog = await inHalves(connection, (sql, aside) =>
    fill(connection, recording(sql, answers), source, (reading) =>
      readAll(reading, recording(aside, answers)),
    ),
  );
  const { serverVersion } = connection;
  return { catalog, recorded: { serverVersion, answers: Object.fromEntries(answers) } };
}

/** @returns the catalog that a recording tells of. @throws KnownError (3) when it is of other queries than ours. */
export function introspectionOf(recorded: Recording, source: string): Promise<Catalog> {
  const sql = replaying(recorded);
  return fill(recorded, sql, source, (reading) => readAll(reading, sql));
}

/**
 * Only what tells who may do what: roles, objects with their owners and privileges; of columns the privileges, and what
 * is in no ACL (constraints, indexes, dependencies) not at all. A fifth of the time.
 */
export function introspectAccess(
  connection: Connection,
  source: string = describeAddress(connection.address),
): Promise<Catalog> {
  return inHalves(connection, (sql, aside) =>
    fill(connection, sql, source, async (reading) => {
      // In the session that has less to do otherwise.
      await Promise.all([...readAccess(reading, aside), ...readTypes({ ...reading, sql: aside })]);
      return toldEdges([]);
    }),
  );
}

/**
 * Likewise all that permissions are judged by: who owns what else there is, settings, what is not analysed, and of columns
 * those that tables are partitioned by, and the defaults that draw on a sequence.
 */
export function introspectPermissions(
  connection: Connection,
  source: string = describeAddress(connection.address),
): Promise<Catalog> {
  return inHalves(connection, (sql, aside) =>
    fill(connection, sql, source, async (reading) => {
      const beside = { ...reading, sql: aside };
      const [told] = await Promise.all([
        readDrawingDefaults(beside),
        readPartitionKeyColumns(beside),
        ...readAccess(reading, aside),
        ...readTypes(reading),
        ...readOthersOwned(beside),
        readDatabaseSettings(beside),
        readNotAnalysed(beside),
      ]);
      return told;
    }),
  );
}

/** What the server prints then means the same wherever it is read: every name qualified, every instant in UTC. */
const settings = `set_config('search_path', '', true), set_config('TimeZone', 'UTC', true),
  set_config('DateStyle', 'ISO, YMD', true), set_config('IntervalStyle', 'postgres', true),
  set_config('quote_all_identifiers', 'off', true), set_config('extra_float_digits', '1', true),
  set_config('jit', 'off', true), set_config('max_parallel_workers_per_gather', '0', true),
  set_config('work_mem', '64MB', true)`;

const isolation = 'isolation level repeatable read read only';

/** Bytes of pg_attribute from which on the server works in two sessions: some thousand tables. */
const large = 8_000_000;

/** SQL: the name of the snapshot, for another session; null where it is not worth one. */
const snapshotForAside = `case when pg_relation_size('pg_attribute') > ${large} and not pg_is_in_recovery() then pg_export_snapshot() end`;

/** @param use given a session, and one for half of the work: another that sees the same snapshot, or the same. */
function inHalves(
  connection: Connection,
  use: (sql: TransactionSql, aside: TransactionSql) => Promise<Catalog>,
): Promise<Catalog> {
  return connection.sql.begin(isolation, async (sql) => {
    const [row] = await sql.unsafe<{ snapshot: string | null }[]>(
      `select ${settings}, ${snapshotForAside} as snapshot`,
    );
    const { snapshot } = row!;
    return snapshot === null
      ? use(sql, sql)
      : withAside(connection, snapshot, sql, (aside) => use(sql, aside));
  });
}

/** @param use given a second session that sees the same snapshot; the first, where the server lets no more in. */
async function withAside<T>(
  { another }: Connection,
  snapshot: string,
  first: TransactionSql,
  use: (aside: TransactionSql) => Promise<T>,
): Promise<T> {
  const second = await another().catch(() => undefined);
  if (second === undefined) return use(first);
  try {
    return (await second.sql.begin(isolation, async (sql) => {
      await sql.unsafe(`set transaction snapshot ${literal(snapshot)}; select ${settings}`);
      return use(sql);
    })) as T;
  } finally {
    // Nobody need wait until the server has let go of it.
    void second.close().catch(() => undefined);
  }
}

/** @param read fills the reading, and gives the edges that pg_depend tells. */
async function fill(
  { serverVersion }: Pick<Connection, 'serverVersion'>,
  sql: TransactionSql,
  source: string,
  read: (reading: Reading) => Promise<ToldEdges>,
): Promise<Catalog> {
  const reading: Reading = {
    sql,
    serverVersion,
    entries: new Map(),
    edges: [],
    notAnalysed: [],
    keys: new AddressMap<Key>((at) => inParts(at)),
    partAt: (at) => inParts(at),
    relations: new Map(),
    acls: new Map(),
    parsedAcls: new Map(),
    parts: new Map(),
    shells: new Map(),
    parents: new Map(),
    inherited: new AddressMap(),
    notNullNames: new Map(),
  };
  const inParts = partsAt(reading);
  const edges = { own: ownReferences, told: await read(reading) };
  const { entries } = reading;
  // The answers of two sessions come in no certain order.
  const notAnalysed = reading.notAnalysed.sort((a, b) =>
    a.object < b.object ? -1 : a.object > b.object ? 1 : 0,
  );
  const bundles = [tableBundles(reading), aclBundles(reading.acls)];
  return catalogOf(source, serverVersion, entries, edges, notAnalysed, bundles);
}

/** What has an owner and privileges, and who holds them; but for types, sequences, functions and views. */
const readHolders = (reading: Reading): Promise<void>[] => [
  readRoles(reading),
  readSchemas(reading),
  readExtensions(reading),
  readTables(reading),
  readForeignServers(reading),
  readForeignTables(reading),
  readAggregates(reading),
  readLanguages(reading),
  readDefaultPrivileges(reading),
  readParameters(reading),
  readNamedTablespaces(reading),
  readLargeObjects(reading),
];

const readTypes = (reading: Reading): Promise<void>[] => [
  readEnums(reading),
  readDomainTypes(reading),
  readCompositeTypes(reading),
  readRangeTypes(reading),
  readBaseTypes(reading),
];

const readAccess = (reading: Reading, aside: TransactionSql): Promise<void>[] => {
  const beside = { ...reading, sql: aside };
  return [
    readColumnPrivileges(beside),
    readSequenceHolders(beside),
    ...readHolders(reading),
    readFunctionHolders(reading),
    readViewHolders(reading),
  ];
};

/** What has an owner, and no privileges. */
const readOthersOwned = (reading: Reading): Promise<void>[] => [
  readEventTriggers(reading),
  readPublications(reading),
  readSubscriptions(reading),
  readCollations(reading),
  readConversions(reading),
  readStatistics(reading),
  readTextSearchDictionaries(reading),
  readTextSearchConfigurations(reading),
  readOperators(reading),
  readOperatorClasses(reading),
];

async function readAll(reading: Reading, aside: TransactionSql): Promise<ToldEdges> {
  const origins = Promise.all([
    readRelations(reading),
    ...readHolders(reading),
    ...readTypes(reading),
    readFunctions(reading),
    readSequences(reading),
    readInherits(reading),
  ]);
  const [takeLateIn, told] = await Promise.all([
    readLate(reading),
    readDependencies(reading),
    readTableParts(reading, aside, origins),
    readViews(reading),
    readMaterializedViews(reading),
    readIndexMarks(reading),
    readIndexColumns(reading),
    readRules(reading),
    readTriggers(reading),
    readPartitionTriggers(reading),
    readPolicies(reading),
    ...readOthersOwned(reading),
    readTextSearchParsers(reading),
    readTextSearchTemplates(reading),
    readAccessMethods(reading),
    readCasts(reading),
    readTransforms(reading),
    readDatabaseSettings(reading),
    readNotAnalysed(reading),
    readRowTypes(reading),
  ]);
  for (const take of takeLateIn) take();
  return told;
}

/** What is about objects, and is taken in when these are. */
const readLate = (reading: Reading): Promise<(() => void)[]> =>
  Promise.all([
    readExtensionDependencies(reading),
    readTablespaces(reading),
    readIndexParts(reading),
    readSecurityLabels(reading),
    readPartComments(reading),
  ]);
