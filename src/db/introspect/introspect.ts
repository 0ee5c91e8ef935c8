/** A live or shadow database → a catalog: one read-only snapshot, the queries pipelined on one connection. */
import { ownReferences } from '../../core/kinds/kinds.ts';
import { type Catalog, type ToldEdges, catalogOf, toldEdges } from '../../core/model/catalog.ts';
import { type Connection, describeAddress } from '../connect.ts';
import { AddressMap } from './address.ts';
import { readAggregates } from './aggregate.ts';
import { readBaseTypes } from './base-type.ts';
import { readCompositeTypes } from './composite-type.ts';
import { readDefaultPrivileges } from './default-privilege.ts';
import { readDatabaseSettings } from './database-setting.ts';
import { readDependencies } from './dependency.ts';
import { readDomainTypes } from './domain-type.ts';
import { readEnums } from './enum.ts';
import { readEventTriggers } from './event-trigger.ts';
import { readExtensions } from './extension.ts';
import { readExtensionDependencies } from './extension-dependency.ts';
import { readForeignServers } from './foreign-server.ts';
import { readForeignTables } from './foreign-table.ts';
import { readFunctions } from './function.ts';
import { readLargeObjects } from './large-object.ts';
import { readMaterializedViews } from './materialized-view.ts';
import { readNamedTablespaces } from './named-tablespace.ts';
import { readNotAnalysed } from './not-analysed.ts';
import { readParameters } from './parameter.ts';
import { readPolicies } from './policy.ts';
import type { Key } from '../../core/model/id.ts';
import type { Reading } from './reading.ts';
import { readPublications } from './publication.ts';
import { readSubscriptions } from './subscription.ts';
import { readRangeTypes } from './range-type.ts';
import { readRelations } from './relation.ts';
import { readRoles } from './role.ts';
import { readRules } from './rule.ts';
import { readSchemas } from './schema.ts';
import { readSequences } from './sequence.ts';
import { readIndexMarks } from './index-mark.ts';
import { readIndexParts } from './index-part.ts';
import { readTablespaces } from './tablespace.ts';
import { readColumnPrivileges } from './column.ts';
import { partsAt, readTableParts, tableBundles } from './table-part.ts';
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
import { readViews } from './view.ts';

/** @param source what messages call it; default: the database and where it is. */
export function introspect(
  connection: Connection,
  source: string = describeAddress(connection.address),
): Promise<Catalog> {
  return reading(connection, source, readAll);
}

/**
 * Only what tells who may do what: roles, objects with their owners and privileges; of columns the privileges, and what
 * is in no ACL (constraints, indexes, dependencies) not at all. A fifth of the time.
 */
export function introspectAccess(
  connection: Connection,
  source: string = describeAddress(connection.address),
): Promise<Catalog> {
  return reading(connection, source, async (reading) => {
    await Promise.all([readColumnPrivileges(reading), ...readHolders(reading)]);
    return toldEdges([]);
  });
}

/** @param read fills the reading, and gives the edges that pg_depend tells. */
async function reading(
  { sql, serverVersion }: Connection,
  source: string,
  read: (reading: Reading) => Promise<ToldEdges>,
): Promise<Catalog> {
  return sql.begin('isolation level repeatable read read only', async (transaction) => {
    // What the server prints then means the same wherever it is read: every name qualified, every instant in UTC.
    await transaction`select set_config('search_path', '', true), set_config('TimeZone', 'UTC', true),
      set_config('DateStyle', 'ISO, YMD', true), set_config('IntervalStyle', 'postgres', true),
      set_config('quote_all_identifiers', 'off', true), set_config('extra_float_digits', '1', true),
      set_config('jit', 'off', true), set_config('max_parallel_workers_per_gather', '0', true),
      set_config('work_mem', '64MB', true)`;
    const reading: Reading = {
      sql: transaction,
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
    const { entries, notAnalysed } = reading;
    const bundles = [tableBundles(reading), aclBundles(reading.acls)];
    return catalogOf(source, serverVersion, entries, edges, notAnalysed, bundles);
  });
}

/** What has an owner and privileges, and who holds them. */
const readHolders = (reading: Reading): Promise<void>[] => [
  readRoles(reading),
  readSchemas(reading),
  readExtensions(reading),
  readEnums(reading),
  readDomainTypes(reading),
  readCompositeTypes(reading),
  readRangeTypes(reading),
  readBaseTypes(reading),
  readSequences(reading),
  readTables(reading),
  readForeignServers(reading),
  readForeignTables(reading),
  readViews(reading),
  readMaterializedViews(reading),
  readFunctions(reading),
  readAggregates(reading),
  readLanguages(reading),
  readDefaultPrivileges(reading),
  readParameters(reading),
  readNamedTablespaces(reading),
  readLargeObjects(reading),
];

async function readAll(reading: Reading): Promise<ToldEdges> {
  // Sent at once and answered in turn on one connection.
  const [takePartsIn] = await Promise.all([
    readTableParts(reading),
    readRelations(reading),
    readColumnPrivileges(reading),
    ...readHolders(reading),
    readInherits(reading),
    readIndexMarks(reading),
    readRules(reading),
    readTriggers(reading),
    readPartitionTriggers(reading),
    readPolicies(reading),
    readEventTriggers(reading),
    readPublications(reading),
    readSubscriptions(reading),
    readCollations(reading),
    readConversions(reading),
    readStatistics(reading),
    readTextSearchParsers(reading),
    readTextSearchTemplates(reading),
    readTextSearchDictionaries(reading),
    readTextSearchConfigurations(reading),
    readAccessMethods(reading),
    readOperators(reading),
    readOperatorClasses(reading),
    readCasts(reading),
    readTransforms(reading),
    readDatabaseSettings(reading),
    readNotAnalysed(reading),
  ]);
  takePartsIn();
  // What is about objects that are read by now.
  const [dependencies] = await Promise.all([
    readDependencies(reading),
    readExtensionDependencies(reading),
    readTablespaces(reading),
    readIndexParts(reading),
  ]);
  return dependencies;
}
