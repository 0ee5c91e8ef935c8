/** What a person wrote for an object, found in a catalog: `shop.orders`, `shop.orders.email`, `shop.total(integer)`, `schema:shop`, `database`. */
import { closest } from '../closest.ts';
import { serversLanguages } from './acl.ts';
import { privilegesOn } from '../kinds/privileges.ts';
import type { MaterializedViewAttributes } from '../kinds/materialized-view.ts';
import type { ViewAttributes } from '../kinds/view.ts';
import { rootOf } from '../manifest/resolve/domain-objects.ts';
import { type Catalog, entriesOf, find, loose, relationOf } from '../model/catalog.ts';
import {
  type ColumnId,
  type MaterializedViewId,
  type ObjectId,
  type ViewId,
  isRelation,
  isRoutine,
  isType,
  nameOf,
} from '../model/id.ts';
import { inputError } from '../model/problem.ts';
import { qualified } from '../../sql/quote.ts';

/** Words before a colon that stand for several kinds. */
const families: Readonly<Record<string, (id: ObjectId) => boolean>> = {
  type: isType,
  table: (id) => isRelation(id),
  function: isRoutine,
  procedure: ({ kind }) => kind === 'function',
  routine: isRoutine,
  domain: ({ kind }) => kind === 'domain-type',
  server: ({ kind }) => kind === 'foreign-server',
  tablespace: ({ kind }) => kind === 'named-tablespace',
};

/**
 * @returns every object of the catalog that the text may mean: none, one, or several of different kinds.
 * @param text a name as SQL writes it, after its kind and a colon where only that tells it
 */
export function objectsNamed(catalog: Catalog, text: string): ObjectId[] {
  if (text === 'database') return [{ kind: 'database' }];
  const [, prefix, rest] = /^([a-z-]+):(.+)$/s.exec(text) ?? [undefined, undefined, text];
  // A parameter is there whether or not anybody knows of it.
  if (prefix === 'parameter') return [{ kind: 'parameter', name: rest.toLowerCase() }];
  if (prefix === 'large-object') {
    const id = { kind: 'large-object', name: rest } as const;
    return find(catalog, id) === undefined ? [] : [id];
  }
  const isMeant = (id: ObjectId) =>
    prefix === undefined || id.kind === prefix || families[prefix]?.(id) === true;
  const name = normalised(rest);
  const found: ObjectId[] = [];
  for (const object of objectsOf(catalog)) {
    if (!isMeant(object)) continue;
    const own = nameOf(object);
    // A routine's arguments may be left out, if no other has its name.
    if (own === name || (isRoutine(object) && !name.includes('(') && own.startsWith(`${name}(`)))
      found.push(object);
  }
  if (found.length > 1) found.sort((a, b) => (written(a) < written(b) ? -1 : 1));
  if (found.length > 0 || (prefix !== undefined && prefix !== 'column')) return found;
  const column = columnNamed(catalog, name);
  return column === undefined ? [] : [column];
}

/** @throws KnownError (2) for a name that is none of the catalogs', with the one that it is nearest to. */
export function unknownObject(catalogs: readonly Catalog[], text: string): Error {
  // Large objects are data, and as many: those of which nobody has said who may reach them are not read.
  if (text.startsWith('large-object:'))
    return inputError({
      message: `${text}: no privileges are granted on such an object`,
      help: 'If it is there, its owner and superusers reach it, and nobody else: SELECT lomowner::regrole FROM pg_largeobject_metadata tells the owner.',
    });
  const rest = normalised(text.replace(/^[a-z-]+:/, ''));
  if (/^(pg_catalog|information_schema)(\.|$)/.test(rest))
    return inputError({
      message: `${text}: what came with the server is not explained`,
      help: 'Ask has_table_privilege() or its like. Which privileges there are not those that it came with, dbctl drift tells.',
    });
  const names = new Set<string>();
  for (const catalog of catalogs) {
    for (const object of objectsOf(catalog))
      if (object.kind === 'schema') names.add(`schema:${nameOf(object)}`);
      else names.add(nameOf(object));
    for (const { id } of entriesOf(catalog, 'column')) names.add(nameOf(id));
  }
  const routine = rest.replace(/\(.*$/s, '');
  const overloads = routine === rest ? [] : [...names].filter((name) => name.startsWith(`${routine}(`));
  const near =
    (overloads.length === 0 ? undefined : overloads.sort().join(' or ')) ??
    [...names].find((name) => name.endsWith(`.${rest}`) || name === `schema:${rest}`) ??
    [...names].find(
      (name) => name.toLowerCase().replaceAll('"', '') === text.toLowerCase().replaceAll('"', ''),
    ) ??
    closest(rest, names);
  return inputError({
    message: `${text}: ${catalogs.length === 1 ? 'the database has' : 'the databases have'} no such object`,
    help:
      near === undefined
        ? 'Name it as SQL does: schema.table, schema.table.column, schema.function(integer), schema:name, database.'
        : `Write ${near}, if you mean that.`,
  });
}

/** @throws KnownError (2) for a text that fits several objects. */
export function ambiguousObject(text: string, objects: readonly ObjectId[]): Error {
  return inputError({
    message: `${text} may be ${objects.map(nameWithKind).join(', or ')}`,
    help: `Write ${objects.map((object) => `'${written(object)}'`).join(' or ')}.`,
  });
}

/** @returns an object as `objectsNamed` reads it back. */
export function written(object: ObjectId): string {
  if (object.kind === 'database') return 'database';
  return `${object.kind}:${nameOf(object)}`;
}

const nameWithKind = (object: ObjectId) => `${object.kind.replaceAll('-', ' ')} ${nameOf(object)}`;

/**
 * @returns the privilege as the server calls it.
 * @throws KnownError (2) for one that this kind of object has not.
 */
export function privilegeNamed(text: string, on: ObjectId, serverVersion: number): string {
  const known = privilegesOn(on.kind, serverVersion);
  const name = text.toLowerCase() === 'temp' ? 'temporary' : text.toLowerCase();
  if (known.includes(name)) return name;
  const near = closest(name, known);
  throw inputError({
    message: `${text}: there is no such privilege on ${nameWithKind(on)}`,
    help: `Name ${known.length === 1 ? 'the one it has' : 'one of those it has'}: ${known.join(', ')}${near === undefined ? '' : `; ${near}, perhaps`}.`,
  });
}

/** What holds privileges, but for columns, in no particular order. */
function* objectsOf(catalog: Catalog): Generator<ObjectId> {
  for (const [, { id }] of loose(catalog))
    if (id.kind !== 'column' && privilegesOn(id.kind as ObjectId['kind'], catalog.serverVersion)?.length > 0)
      yield id as ObjectId;
  for (const name of serversLanguages) yield { kind: 'language', name };
}

/** A column, of a view or a partition too, which have no entries of their own. */
function columnNamed(catalog: Catalog, name: string): ColumnId | undefined {
  const parts = partsOf(name);
  if (parts?.length !== 3) return undefined;
  const [schema, table, column] = parts as [string, string, string];
  const id: ColumnId = { kind: 'column', schema, table, name: column };
  if (find(catalog, id) !== undefined) return id;
  const relation = relationOf(catalog, id);
  if (relation.kind === 'view') {
    const view = find<ViewId, ViewAttributes>(catalog, relation);
    return view?.attrs.columns.some((each) => each.name === column) === true ? id : undefined;
  }
  if (relation.kind === 'materialized-view') {
    const view = find<MaterializedViewId, MaterializedViewAttributes>(catalog, relation);
    return view?.attrs.columns.some((each) => each.startsWith(`${column} `)) === true ? id : undefined;
  }
  if (find(catalog, relation) === undefined) return undefined;
  const root = rootOf(catalog, relation);
  return find(catalog, { ...id, schema: root.schema, table: root.name }) === undefined ? undefined : id;
}

/** Short names of types, as people write them. */
const aliases: Readonly<Record<string, string>> = {
  int: 'integer',
  int4: 'integer',
  int8: 'bigint',
  int2: 'smallint',
  bool: 'boolean',
  varchar: 'character varying',
  char: 'character',
  float8: 'double precision',
  float4: 'real',
  decimal: 'numeric',
  timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp without time zone',
  timetz: 'time with time zone',
  time: 'time without time zone',
};

/** As nameOf prints it: unquoted names in lower case, quotes only where they are needed, types by their full names. */
function normalised(text: string): string {
  const open = text.indexOf('(');
  const names = partsOf(open < 0 ? text : text.slice(0, open));
  if (names === undefined) return text;
  const name = qualified(...names);
  if (open < 0) return name;
  const args = text
    .slice(open + 1, text.lastIndexOf(')'))
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .map((each) => {
      const [, base, array] = /^(.*?)((?:\[\])*)$/s.exec(each)!;
      return `${aliases[base!.toLowerCase()] ?? base!}${array!}`;
    });
  return `${name}(${args.join(', ')})`;
}

/** The parts of a dotted name; undefined for what is none. */
function partsOf(text: string): string[] | undefined {
  const parts = [...text.trim().matchAll(/("(?:[^"]|"")*"|[^".]+)(\.|$)/gy)];
  if (parts.length === 0 || parts.reduce((sum, [all]) => sum + all.length, 0) !== text.trim().length)
    return undefined;
  return parts.map(([, part]) =>
    part!.startsWith('"') ? part!.slice(1, -1).replaceAll('""', '"') : part!.toLowerCase(),
  );
}
