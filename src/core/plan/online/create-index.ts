/**
 * CREATE INDEX → CONCURRENTLY. What an attempt that broke off has left goes first: it would be in the way, and
 * invalid. Where it takes another's place, it is built under another name, so that one of them always serves.
 */
import { identifier, qualified } from '../../../sql/quote.ts';
import { partsOwner } from '../../kinds/index-parts.ts';
import { indexNames } from '../../kinds/relation-name.ts';
import { keyOf } from '../../model/id.ts';
import { type Part, type Rewriting, attributeOf, freeName, isFreeIn } from './rewriting.ts';

export const createIndex: Rewriting = {
  rewrite({ about, statement }, sides) {
    if (about.kind !== 'index' || !/^CREATE (UNIQUE )?INDEX /.test(statement.sql)) return undefined;
    const table = sides.to.entries.get(keyOf(about))?.attrs['table'];
    if (typeof table !== 'string') return undefined;
    const { schema, name } = about;
    const onTable = attributeOf(sides, { kind: 'table', schema, name: table }, 'kind');
    const onView = sides.from.entries.has(keyOf({ kind: 'materialized-view', schema, name: table }));
    if (onTable !== 'table' && !onView) return undefined;
    const built = buildingName(name, schema, table, sides);
    const relation = qualified(schema, table);
    const [leftover, build] = concurrently(
      qualified(schema, built),
      relation,
      withName(statement.sql, built),
    );
    if (built === name) return [leftover, { ...build, completes: true }];
    const old = qualified(schema, built);
    return [
      leftover,
      {
        ...build,
        replacement: built !== name,
        undo: { sql: leftover.sql, locks: build.locks, outside: true },
      },
      {
        sql: `ALTER INDEX ${old} RENAME TO ${identifier(name)}`,
        locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', relation: old }],
        completes: true,
        later: true,
      },
    ];
  },
};

/** @returns the index's own name, or another if something in the catalog before still has that. */
export function buildingName(
  name: string,
  schema: string,
  table: string,
  sides: Parameters<Rewriting['rewrite']>[1],
): string {
  const ids = indexNames(schema, table);
  const isFree = (each: string) =>
    isFreeIn([sides.from], ids)(each) && partsOwner(sides.from, schema, each) === undefined;
  if (isFree(name)) return name;
  return freeName(`${name}_new`, (each) => isFree(each) && isFreeIn([sides.to], ids)(each));
}

/** @param sql the whole CREATE INDEX. @returns two statements outside a transaction, which may be begun anew. */
export function concurrently(name: string, relation: string, sql: string): [leftover: Part, build: Part] {
  const detail = 'reads every row twice; other sessions read and write meanwhile';
  return [
    { sql: `DROP INDEX CONCURRENTLY IF EXISTS ${name}`, locks: [], outside: true },
    {
      sql: sql.replace(/^(CREATE (?:UNIQUE )?INDEX )/, '$1CONCURRENTLY '),
      locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', relation }],
      hazards: [{ name: 'scan', object: relation, detail }],
      outside: true,
    },
  ];
}

/** The same CREATE INDEX under another name. */
const withName = (sql: string, name: string) =>
  sql.replace(
    /^(CREATE (?:UNIQUE )?INDEX )(?:"(?:[^"]|"")*"|[^\s"]+)/,
    (_, head: string) => head + identifier(name),
  );
