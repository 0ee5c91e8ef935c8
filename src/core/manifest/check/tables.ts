/** Tables written in the manifest: their SQL, read by PostgreSQL's own grammar. */
import { type TableDefinition, indexError, tableDefinition } from '../../../sql/table-definition.ts';
import type { Domain, Manifest, ManifestPath, TableDeclaration } from '../manifest.ts';
import { createIndex, createTable, tablesOf } from '../tables.ts';
import type { KnownTables } from './known-tables.ts';
import { type ManifestProblem, error, nameLength, unknown } from './problem.ts';

/** @returns what is wrong with the tables' SQL, each at its key, and the definitions of those that can be read. */
export async function checkTables(
  manifest: Manifest,
): Promise<{ problems: ManifestProblem[]; tables: KnownTables }> {
  const problems: ManifestProblem[] = [];
  const tables = new Map<string, Map<string, TableDefinition>>();
  for (const domain of manifest.domains.values()) {
    const definitions = new Map<string, TableDefinition>();
    tables.set(domain.name, definitions);
    if (domain.isolation === 'external') continue;
    for (const table of tablesOf(domain)) {
      problems.push(...tableNames(table));
      const read = await tableDefinition(createTable(domain.schema, table));
      const wrong = await wrongParts(domain, table);
      problems.push(...wrong);
      if ('definition' in read && wrong.length === 0) {
        definitions.set(table.name, read.definition);
        problems.push(...checkKeys(table, read.definition));
      } else if ('error' in read && wrong.length === 0)
        problems.push(sqlProblem(table.path, `table ${table.name}`, read.error));
      problems.push(...(await wrongIndexes(domain, table)));
    }
  }
  return { problems: [...problems, ...sameNames(manifest)], tables };
}

const sqlProblem = (path: ManifestPath, what: string, message: string) =>
  error(
    path,
    `the SQL of ${what} cannot be read: ${message}`,
    message.startsWith('this is more')
      ? 'Write one definition here, and the others under names of their own.'
      : 'Write what stands there in CREATE TABLE, in PostgreSQL’s SQL.',
  );

/**
 * Each part is read on its own, with a column after it: so the fault is found at its key, and a part that reaches
 * beyond itself (a comma, a bracket, a comment) is one.
 */
async function wrongParts({ schema }: Domain, table: TableDeclaration): Promise<ManifestProblem[]> {
  const problems: ManifestProblem[] = [];
  const alone = { name: table.name, columns: [], constraints: [], indexes: [], path: table.path };
  const read = async (part: Partial<TableDeclaration>, path: ManifestPath, what: string, count: number) => {
    const result = await tableDefinition(createTable(schema, { ...alone, ...part }));
    if ('error' in result) problems.push(sqlProblem(path, what, result.error));
    else if (result.definition.elements !== count)
      problems.push(sqlProblem(path, what, 'this is more than one definition'));
  };
  const probe = 'dbctl_probe int';
  for (const { name, definition } of table.columns)
    await read(
      { columns: [{ name, definition: `${definition}, ${probe}` }] },
      [...table.path, 'columns', name],
      `column ${name}`,
      2,
    );
  for (const { name, definition } of table.constraints)
    await read(
      { constraints: [{ name, definition: `${definition}, ${probe}` }] },
      [...table.path, 'constraints', name],
      `constraint ${name}`,
      2,
    );
  if (table.partitionBy !== undefined)
    await read({ partitionBy: table.partitionBy }, [...table.path, 'partitionBy'], 'partitionBy', 0);
  return problems;
}

async function wrongIndexes({ schema }: Domain, table: TableDeclaration): Promise<ManifestProblem[]> {
  const problems: ManifestProblem[] = [];
  for (const index of table.indexes) {
    const message = await indexError(createIndex(schema, table, index));
    if (message !== undefined)
      problems.push(
        error(
          [...table.path, 'indexes', index.name],
          `the SQL of index ${index.name} cannot be read: ${message}`,
          'Write what follows the table in CREATE INDEX: (created_at), unique (lower(email)), using gin (tags).',
        ),
      );
  }
  return problems;
}

function* tableNames({
  name,
  columns,
  constraints,
  indexes,
  path,
}: TableDeclaration): Generator<ManifestProblem> {
  yield* nameLength(path, 'the table name', name);
  for (const [key, what, parts] of [
    ['columns', 'the column name', columns],
    ['constraints', 'the constraint name', constraints],
    ['indexes', 'the index name', indexes],
  ] as const)
    for (const part of parts) yield* nameLength([...path, key, part.name], what, part.name);
}

function* checkKeys(
  { name, path, constraints }: TableDeclaration,
  { columns, keys, foreignKeys }: TableDefinition,
): Generator<ManifestProblem> {
  const known = columns.map((column) => column.name);
  if (keys.filter(({ primary }) => primary).length > 1)
    yield error(
      path,
      `table ${name} has more than one primary key`,
      'Write one: primary key (a, b) under constraints, if it has several columns.',
    );
  for (const column of [...keys.flatMap((key) => key.columns), ...foreignKeys.flat()]) {
    if (known.includes(column)) continue;
    const at = constraints.find(({ definition }) => definition.includes(column));
    yield unknown(
      at === undefined ? path : [...path, 'constraints', at.name],
      `column in table ${name}`,
      column,
      known,
      'Add the column, if you mean another.',
    );
  }
}

/** Tables and indexes of one schema share one set of names. */
function* sameNames({ domains }: Manifest): Generator<ManifestProblem> {
  const before = new Map<string, string>();
  for (const domain of domains.values()) {
    if (domain.isolation === 'external') continue;
    for (const table of tablesOf(domain)) {
      const relations = [
        { name: table.name, what: `table ${table.name}`, path: table.path },
        ...table.indexes.map(({ name }) => ({
          name,
          what: `index ${name} of table ${table.name}`,
          path: [...table.path, 'indexes', name],
        })),
      ];
      for (const { name, what, path } of relations) {
        const key = JSON.stringify([domain.database, domain.schema, name]);
        const first = before.get(key);
        if (first === undefined) before.set(key, what);
        else
          yield error(
            path,
            `the name ${name} is taken in schema ${domain.schema}, by ${first}`,
            'Give one of the two another name; tables and indexes of a schema share their names.',
          );
      }
    }
  }
}
