/** Columns, constraints and indexes of tables. Most tables stand alone: theirs stay texts until somebody asks. */
import type { TransactionSql } from 'postgres';
import type { Bundle, Bundles } from '../../core/model/entry-map.ts';
import { type Key, type Kind, keyOf } from '../../core/model/id.ts';
import type { Entry } from '../../core/model/entry.ts';
import { type Address, AddressMap, address } from './address.ts';
import { SharedColumns, addColumns, addFamilies, readColumns, readIdentities } from './column.ts';
import { addConstraints, isLoud, readConstraints, referencedBy } from './constraint.ts';
import { type Reading, notOfExtension, userNamespace } from './reading.ts';
import { Relation, type ToldRelation } from './relation.ts';
import { addIndexes, indexesOf, readIndexes } from './table-index.ts';

/** What is in the bundle of a table. Privileges on columns are not. */
const kinds: ReadonlySet<Kind> = new Set([
  'column',
  'default',
  'constraint',
  'index',
  'comment',
] satisfies Kind[]);

/** Relations that are neither the system's nor an extension's. The first of all: others find them by oid. */
export async function readRelations(reading: Reading): Promise<void> {
  const { sql, relations } = reading;
  const schemas = new Map<string, string>();
  const rows = await sql<ToldRelation[]>`
    select c.oid::int8::float8 as oid, n.nspname as schema, c.relname as name,
      quote_ident(n.nspname) || '.' || quote_ident(c.relname) as quoted, c.relkind as kind, c.relhassubclass as "isParent",
      c.oid in (select inhrelid from pg_inherits) as "isChild", c.relispartition as "isPartition", c.reloftype <> 0 as "isTyped"
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't'
      and ${sql.unsafe(userNamespace)} and ${sql.unsafe(notOfExtension('pg_class', 'c.oid'))}`;
  for (const { schema, ...rest } of rows) {
    // One string for all that lie in it.
    const own = schemas.get(schema) ?? schema;
    schemas.set(own, own);
    relations.set(rest.oid, new Relation({ schema: own, ...rest }));
  }
}

/**
 * Takes the parts in as they are told: until the last of them come, most of the work is done.
 * @param aside where most of it is asked for: what prints an expression looks at the whole table, and a session remembers it.
 * @param before until the relations are read, and all that tables may have columns from.
 */
export async function readTableParts(
  reading: Reading,
  aside: TransactionSql,
  before: Promise<unknown>,
): Promise<void> {
  const beside = { ...reading, sql: aside };
  const identities = readIdentities(reading);
  const columns = readColumns(beside);
  const constraints = readConstraints(beside);
  const indexes = readIndexes(beside);
  const takeIn = async () => {
    await before;
    (await identities)();
    (await columns)();
    const { families, alone } = byOrigin(reading);
    addFamilies(reading, families);
    (await constraints)();
    const isBundled = (each: Relation) => isTable(each) && !isLoud(each);
    const unbundled = alone.filter((each) => !isBundled(each));
    const apart = [...families, ...unbundled];
    const shared = new SharedColumns();
    for (const relation of unbundled) addColumns(reading, relation, shared);
    for (const relation of apart) addConstraints(reading, relation);
    (await indexes)();
    for (const relation of apart) addIndexes(reading, relation);
    // A bundle can be opened from then on: its texts must be complete.
    for (const relation of alone.filter(isBundled)) {
      const { schema, name } = relation.told;
      reading.parts.set(keyOf({ kind: 'table', schema, name }), bundleOf(reading, relation, shared));
    }
  };
  // All at once: if one of them fails, so does the whole, whichever is waited for.
  await Promise.all([takeIn(), identities, columns, constraints, indexes]);
}

const isTable = ({ told: { kind } }: Relation): boolean => kind === 'r' || kind === 'p';

/** @returns the relations that have columns from others, or give them to others, and those that stand alone. */
function byOrigin({ relations }: Reading): { families: Relation[]; alone: Relation[] } {
  const [families, alone]: [Relation[], Relation[]] = [[], []];
  for (const relation of relations.values()) {
    const { isParent, isChild, isTyped } = relation.told;
    (isParent || isChild || isTyped ? families : alone).push(relation);
  }
  return { families, alone };
}

function bundleOf(reading: Reading, relation: Relation, shared: SharedColumns): Bundle {
  const { schema, name } = relation.told;
  let made: Reading['entries'] | undefined;
  return {
    on: { kind: 'table', schema, name },
    get texts() {
      const { columns, identities, constraints, indexes } = relation.texts;
      // Of a table that a foreign key references, and its columns, there are numbers only.
      const referenced = [...referencedBy(reading, relation)].flatMap(({ told, texts }) => [
        told.quoted,
        texts.columns,
      ]);
      const numbered = Array.from(identities, ([number, identity]) => `${number} ${identity}`).sort();
      return [columns, ...numbered, constraints, indexes, ...referenced];
    },
    entries() {
      if (made === undefined) {
        made = new Map();
        const into: Reading = { ...reading, entries: made };
        addColumns(into, relation, shared);
        addConstraints(into, relation);
        addIndexes(into, relation);
      }
      return made.values();
    },
  };
}

/** @returns what finds the entry at an address that is in a bundle, if it is in one. */
export function partsAt({ parts, relations, keys }: Reading): (at: Address) => Entry | undefined {
  let tables: AddressMap<Relation> | undefined;
  const tableAt = ({ catalog, oid, sub }: Address): Relation | undefined => {
    if (catalog === 'pg_class' && sub > 0) return relations.get(oid);
    tables ??= tablesByPart(relations.values());
    return tables.get({ catalog, oid, sub: 0 });
  };
  return (at) => {
    // Until all texts are there, nobody can tell what is in them.
    if (parts.size === 0) return undefined;
    const table = tableAt(at)?.told;
    const bundle =
      table === undefined
        ? undefined
        : parts.get(keyOf({ kind: 'table', schema: table.schema, name: table.name }));
    if (bundle === undefined) return undefined;
    const entries = bundle.entries();
    const key = keys.known(at);
    return key === undefined ? undefined : [...entries].find(({ id }) => keyOf(id) === key);
  };
}

/** @returns by the address of a constraint, an index or a default, the table that it is of. */
function tablesByPart(relations: Iterable<Relation>): AddressMap<Relation> {
  const tables = new AddressMap<Relation>();
  for (const relation of relations) {
    const { constraintOids, indexOids, defaults } = relation.texts;
    const put = (catalog: string, oid: string) => {
      if (oid !== '' && oid !== '0') tables.set(address(catalog, Number(oid)), relation);
    };
    for (const oids of constraintOids.split(',')) {
      const [constraint, , index] = oids.split(':');
      put('pg_constraint', constraint!);
      put('pg_class', index ?? '');
    }
    for (const oid of indexOids.split(',')) put('pg_class', oid);
    for (const oid of defaults.split(',')) put('pg_attrdef', oid);
  }
  return tables;
}

/** @returns the bundles of a reading's tables. */
export function tableBundles({ parts, relations }: Reading): Bundles {
  let tables: Map<string, Key> | undefined;
  /** By schema and name as a key has them, the table of an index. */
  const tableOfIndex = (name: string): Key | undefined => {
    if (tables === undefined) {
      tables = new Map();
      for (const relation of relations.values()) {
        const { schema, name: table } = relation.told;
        const on = keyOf({ kind: 'table', schema, name: table });
        if (parts.has(on))
          for (const index of indexesOf(relation))
            tables.set(keyOf({ kind: 'index', schema, name: index }), on);
      }
    }
    return tables.get(name);
  };
  return {
    kinds,
    on: parts,
    *placesOf(key) {
      const [, kind, name] = part.exec(key) ?? [];
      if (kind === undefined) return;
      const on = kind === 'index' ? tableOfIndex(`index:${name!}`) : (`table:${relationIn(name!)}` as Key);
      if (on !== undefined) yield on;
    },
  };
}

/** The key of a part, or of the comment on one. */
const part = /^(?:comment:(?=column |constraint |index ))?(column|default|constraint|index)[: ](.*)$/s;

/** @param name of a part: `schema."Table".column`. @returns the first two names of it. */
function relationIn(name: string): string {
  let end = 0;
  for (let part = 0; part < 2; part += 1) {
    if (part > 0) end += 1;
    if (name[end] === '"') {
      do end = name.indexOf('"', end + 1) + 1;
      while (name[end] === '"');
    } else end = name.indexOf('.', end);
    if (end === -1) return name;
  }
  return name.slice(0, end);
}
