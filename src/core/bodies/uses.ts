/**
 * What functions use in bodies that are strings. PostgreSQL keeps no dependency of it: nothing stops a table that a
 * body names from going, and nothing asks for it when the function is made. So these are no edges of the catalog;
 * they say what had better be there first, and what crosses a boundary.
 */
import { type BodyNames, type NameInBody, namesInBody } from '../../sql/body.ts';
import type { FunctionAttributes } from '../kinds/function.ts';
import { type Catalog, entriesOf } from '../model/catalog.ts';
import { type FunctionId, type Key, keyOf, relationKinds } from '../model/id.ts';

export interface Use {
  readonly by: Key;
  readonly of: Key;
}

/** What is known of a database's string bodies. */
export interface Uses {
  readonly uses: readonly Use[];
  /** Functions whose bodies no grammar of ours reads, or that put SQL together at run time: what they use is not known. */
  readonly unknown: readonly { readonly function: FunctionId; readonly why: string }[];
}

const languages = new Set(['sql', 'plpgsql']);
const isString = (definition: string) => /\n?AS \$/.test(definition);
/** Bodies are read once: a definition means the same wherever it stands. */
const read = new Map<string, Promise<BodyNames | undefined>>();

/** @returns what the string bodies of a catalog's functions use of that catalog. */
export async function usesOf(catalog: Catalog): Promise<Uses> {
  const functions = [...entriesOf<'function', FunctionAttributes>(catalog, 'function')];
  const uses: Use[] = [];
  const unknown: { function: FunctionId; why: string }[] = [];
  let lookUp: LookUp | undefined;
  for (const { id, attrs } of functions) {
    if (!languages.has(attrs.language) || !isString(attrs.definition)) continue;
    let names = read.get(attrs.definition);
    if (names === undefined) read.set(attrs.definition, (names = namesInBody(`CREATE ${attrs.definition}`)));
    const found = await names;
    if (found === undefined) unknown.push({ function: id, why: 'its body cannot be read' });
    else {
      if (found.isDynamic) unknown.push({ function: id, why: 'it runs SQL that it puts together (EXECUTE)' });
      lookUp ??= lookUpIn(catalog);
      const used = new Set([
        ...found.relations.flatMap((name) => lookUp!.relation(name, pathOf(id, found))),
        ...found.functions.flatMap((name) => lookUp!.functions(name, pathOf(id, found))),
      ]);
      for (const of of used) if (of !== keyOf(id)) uses.push({ by: keyOf(id), of });
    }
  }
  return { uses, unknown };
}

/** Where unqualified names are: as the function sets it, else, as our migrations run it, in its own schema and `public`. */
const pathOf = ({ schema }: FunctionId, { searchPath }: BodyNames): readonly string[] =>
  searchPath ?? [schema, 'public'];

interface LookUp {
  readonly relation: (name: NameInBody, path: readonly string[]) => Key[];
  /** Every function of that name: which one a call means, its arguments' types tell only to the server. */
  readonly functions: (name: NameInBody, path: readonly string[]) => Key[];
}

function lookUpIn(catalog: Catalog): LookUp {
  const relations = new Map<string, Key[]>();
  const functions = new Map<string, Key[]>();
  const put = (map: Map<string, Key[]>, { schema, name }: { schema: string; name: string }, key: Key) => {
    const list = map.get(`${schema}\0${name}`);
    if (list === undefined) map.set(`${schema}\0${name}`, [key]);
    else list.push(key);
  };
  for (const kind of relationKinds)
    for (const { id } of entriesOf(catalog, kind)) put(relations, id, keyOf(id));
  for (const { id } of entriesOf(catalog, 'function')) put(functions, id, keyOf(id));
  const first =
    (map: Map<string, Key[]>) =>
    ({ schema, name }: NameInBody, path: readonly string[]) => {
      for (const each of schema === undefined ? path : [schema]) {
        const found = map.get(`${each}\0${name}`);
        if (found !== undefined) return found;
      }
      return [];
    };
  return { relation: first(relations), functions: first(functions) };
}
