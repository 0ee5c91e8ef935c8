/**
 * Shell types. A base type and its functions need each other, as do a range type and its canonical function: the shell
 * comes first, the functions on it, then the type takes its place. All of them go at once.
 */
import { dollarQuoted, literal, qualified } from '../../sql/quote.ts';
import { type Catalog, edgeIndex } from '../model/catalog.ts';
import { type BaseTypeId, type RangeTypeId, type ShellTypeId, keyOf, nameOf } from '../model/id.ts';
import { dropObject, inItsSchema } from './in-schema.ts';
import { draft, type Draft, type Kind } from './kind.ts';
import { objectClause } from './object.ts';
import { publicUsage } from './type.ts';

/** @returns the shell that a type takes the place of. */
export const shellOf = ({ schema, name }: BaseTypeId | RangeTypeId): ShellTypeId => ({
  kind: 'shell-type',
  schema,
  name,
});

/** @returns the type that has taken a shell's place, or undefined. */
const typeOf = ({ schema, name }: ShellTypeId, { entries }: Catalog) =>
  (['base-type', 'range-type'] as const)
    .map((kind) => ({ kind, schema, name }))
    .find((id) => entries.has(keyOf(id)));

export const shellType: Kind<ShellTypeId> = {
  name: 'shell-type',
  rank: 28,
  references: inItsSchema,
  // The type in its place has privileges of its own.
  implies: ({ id }, catalog) => (typeOf(id, catalog) === undefined ? publicUsage({ id }) : []),
  create: ({ id }) => [draft(`CREATE ${objectClause(id)}`, { produces: [keyOf(id)] })],
  drop: ({ id }, { from }) => (typeOf(id, from) === undefined ? dropObject({ id }) : [dropWhole(id, from)]),
  alter: () => [],
};

/** Only CASCADE takes a type and its functions: what else hangs on them by then would go unseen, so it is refused. */
function dropWhole(id: ShellTypeId, from: Catalog): Draft {
  const functions = (edgeIndex(from).byReferenced.get(keyOf(id)) ?? [])
    .map(({ dependent }) => from.entries.get(dependent)!.id)
    .filter(({ kind }) => kind === 'function')
    .map((each) => literal(nameOf(each)));
  const name = qualified(id.schema, id.name);
  const body = `
DECLARE
  used_by text;
BEGIN
  WITH RECURSIVE own AS (
    SELECT 'pg_catalog.pg_type'::pg_catalog.regclass AS catalog, ${literal(name)}::pg_catalog.regtype::pg_catalog.oid AS oid
    UNION SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, f::pg_catalog.oid
      FROM pg_catalog.unnest(ARRAY[${functions.join(', ')}]::pg_catalog.regprocedure[]) f
    UNION SELECT d.classid, d.objid FROM own
      JOIN pg_catalog.pg_depend d ON d.refclassid = own.catalog AND d.refobjid = own.oid AND d.deptype = 'i'
  )
  SELECT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) INTO used_by
    FROM own JOIN pg_catalog.pg_depend d ON d.refclassid = own.catalog AND d.refobjid = own.oid
    WHERE d.deptype IN ('n', 'a') AND (d.classid, d.objid) NOT IN (SELECT catalog, oid FROM own)
    LIMIT 1;
  IF used_by IS NOT NULL THEN
    RAISE EXCEPTION 'type % is not dropped: % depends on it or on its functions', ${literal(name)}, used_by;
  END IF;
  DROP TYPE ${name} CASCADE;
END
`;
  return draft(`DO ${dollarQuoted(body)}`, { destroys: [keyOf(id)] });
}
