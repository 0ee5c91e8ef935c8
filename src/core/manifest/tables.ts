/** The tables that the manifest itself describes, as SQL. */
import { identifier, literal, qualified } from '../../sql/quote.ts';
import type { Domain, ManifestPath, TableDeclaration } from './manifest.ts';
import { messageTables } from './message-tables.ts';

/** One statement, and where in the manifest it is written. */
export interface TableStatement {
  readonly sql: string;
  readonly path: ManifestPath;
}

/** @returns the statements that make a domain's manifest tables, its outbox and its inbox, each with its place in the manifest. */
export function tableSql(domain: Domain): TableStatement[] {
  return tablesOf(domain).flatMap((table) => [
    { sql: createTable(domain.schema, table), path: table.path },
    ...comments(domain.schema, table),
    ...table.indexes.map((index) => ({
      sql: createIndex(domain.schema, table, index),
      path: [...table.path, 'indexes', index.name],
    })),
  ]);
}

/** @returns the tables that a domain declares in the manifest, with those that `outbox` and `inbox` stand for. */
export function tablesOf(domain: Domain): readonly TableDeclaration[] {
  return [...domain.tables, ...messageTables(domain)];
}

/** @returns CREATE TABLE, without a semicolon. */
export function createTable(schema: string, table: TableDeclaration): string {
  const lines = [
    ...table.columns.map((column) => `${identifier(column.name)} ${column.definition}`),
    ...table.constraints.map((each) => `constraint ${identifier(each.name)} ${each.definition}`),
  ];
  const tail = table.partitionBy === undefined ? '' : ` partition by ${table.partitionBy}`;
  const list = lines.length === 0 ? '()' : `(\n  ${lines.join(',\n  ')}\n)`;
  return `create table ${qualified(schema, table.name)} ${list}${tail}`;
}

/** @returns CREATE INDEX, without a semicolon; what follows the table is as the manifest has it. */
export function createIndex(
  schema: string,
  { name: table }: TableDeclaration,
  { name, definition }: TableDeclaration['indexes'][number],
): string {
  const unique = /^\s*unique\b\s*/i.exec(definition);
  const rest = unique === null ? definition : definition.slice(unique[0].length);
  return `create ${unique === null ? '' : 'unique '}index ${identifier(name)} on ${qualified(schema, table)} ${rest}`;
}

function comments(schema: string, { name, comment, columns, path }: TableDeclaration): TableStatement[] {
  const on = (kind: string, object: string, text: string | undefined, path: ManifestPath) =>
    text === undefined ? [] : [{ sql: `comment on ${kind} ${object} is ${literal(text)}`, path }];
  return [
    ...on('table', qualified(schema, name), comment, [...path, 'comment']),
    ...columns.flatMap((column) =>
      on('column', qualified(schema, name, column.name), column.comment, [
        ...path,
        'columns',
        column.name,
        'comment',
      ]),
    ),
  ];
}
