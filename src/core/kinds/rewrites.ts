/**
 * When a change of a column makes the server write its table anew (PostgreSQL's manual, ALTER TABLE, Notes; in the
 * source, ATExecAddColumn and ATColumnChangeRequiresRewrite).
 */
import { qualified } from '../../sql/quote.ts';
import { type Catalog, edgeIndex, entriesOf, find } from '../model/catalog.ts';
import type { Attributes, Entry } from '../model/entry.ts';
import { type ColumnId, type DefaultId, type DomainTypeId, keyOf } from '../model/id.ts';
import type { Hazard } from '../model/statement.ts';

/** What a new column's attributes tell of what it costs a table that has rows. */
interface NewColumn {
  readonly notNull: boolean;
  readonly identity: unknown;
}

/** @returns the hazards of ADD COLUMN to a table that is there already. */
export function addColumnHazards({ id, attrs }: Entry<ColumnId, NewColumn>, to: Catalog): readonly Hazard[] {
  const object = qualified(id.schema, id.table);
  const column = find<DefaultId>(to, { ...id, kind: 'default' })?.attrs;
  const generated = column?.['generated'] ?? null;
  const value = column === undefined || generated !== null ? undefined : (column['expression'] as string);
  const why =
    generated === 'stored'
      ? 'a stored value is computed for every row'
      : attrs.identity !== null || (value !== undefined && isVolatile(value, to))
        ? 'its default is another for every row'
        : domainsOf(id, to).some((domain) => isConstrained(domain, to))
          ? 'its domain is checked for every row'
          : undefined;
  const isEmpty = attrs.notNull && column === undefined && attrs.identity === null;
  return [
    ...(why === undefined
      ? []
      : [{ name: 'rewrite', object, detail: `rewrites the table under the lock: ${why}` } as const]),
    ...(isEmpty
      ? [
          {
            name: 'depends-on-data',
            object,
            detail: `fails if the table has rows: ${id.name} is NOT NULL and has no default`,
          } as const,
          { name: 'scan', object, detail: 'reads every row under the lock' } as const,
        ]
      : []),
  ];
}

/** @returns whether a change of a column's type that writes nothing anew reads the table: its checks look at every row again, and some of its indexes are built anew. */
export function isReadAgain(id: ColumnId, isOtherCollation: boolean, from: Catalog): boolean {
  return (edgeIndex(from).byReferenced.get(keyOf(id)) ?? []).some(({ dependent }) => {
    const { id: user, attrs } = from.entries.get(dependent)!;
    if (user.kind === 'constraint')
      return attrs['type'] === 'c' || (isOtherCollation && attrs['type'] !== 'f');
    // The server keeps those of plain columns, of all rows.
    return user.kind === 'index' && (isOtherCollation || !isOfPlainColumns(attrs['definition'] as string));
  });
}

const isOfPlainColumns = (definition: string): boolean => / USING \w+ \([^()]*\)$/.test(definition);

function domainsOf(id: ColumnId, of: Catalog): DomainTypeId[] {
  return (edgeIndex(of).byDependent.get(keyOf(id)) ?? []).flatMap(({ referenced }) => {
    const type = of.entries.get(referenced)?.id;
    return type?.kind === 'domain-type' ? [type] : [];
  });
}

/** @returns whether values of a domain, or of one that it is of, are checked. */
export function isConstrained(id: DomainTypeId, of: Catalog): boolean {
  const { byReferenced, byDependent } = edgeIndex(of);
  if (find(of, id)?.attrs['notNull'] === true) return true;
  const uses = (key: ReturnType<typeof keyOf>) => of.entries.get(key)?.id;
  if (
    (byReferenced.get(keyOf(id)) ?? []).some(({ dependent }) => uses(dependent)?.kind === 'domain-constraint')
  )
    return true;
  return (byDependent.get(keyOf(id)) ?? []).some(({ referenced }) => {
    const base = uses(referenced);
    return base?.kind === 'domain-type' && isConstrained(base, of);
  });
}

/** The server's own functions that give another value each time they are called. */
const volatile = new Set(
  `nextval setval currval lastval random random_normal gen_random_uuid uuidv4 uuidv7 clock_timestamp timeofday
   pg_sleep set_config pg_notify lo_create lo_creat`.split(/\s+/),
);

/** @param expression as pg_get_expr prints it: names qualified unless they are the server's own. */
function isVolatile(expression: string, to: Catalog): boolean {
  const code = expression.replaceAll(/'(?:[^']|'')*'/g, "''");
  for (const [, schema, name] of code.matchAll(
    /(?:("(?:[^"]|"")*"|[a-z_][\w$]*)\.)?("(?:[^"]|"")*"|[a-z_][\w$]*)\(/g,
  )) {
    if (schema === undefined) {
      if (volatile.has(name!)) return true;
      continue;
    }
    const known = [...entriesOf(to, 'function')].filter(
      ({ id }) => qualified(id.schema, id.name) === `${schema}.${name}`,
    );
    // An extension's function is not known: it may be.
    if (known.length === 0 || known.some(({ attrs }) => isChanging(attrs, to))) return true;
  }
  return false;
}

/** Whether a function gives another value each time; a simple one in SQL is what its body is, whatever it says. */
function isChanging(attrs: Attributes, to: Catalog): boolean {
  const definition = attrs['definition'] as string;
  const [head, body = ''] = definition.split(/^(?:AS |RETURN |BEGIN ATOMIC)/m, 2) as [string, string?];
  if (/\b(IMMUTABLE|STABLE)\b/.test(head)) return false;
  const isSimple = attrs['language'] === 'sql' && !/\b(from|insert|update|delete|merge|with)\b/i.test(body);
  return !isSimple || isVolatile(body, to);
}

/** Types whose values are stored alike: the one is taken for the other as it is. */
const alike: readonly (readonly [from: string, to: string])[] = [
  ['character varying', 'text'],
  ['text', 'character varying'],
  ['xml', 'text'],
  ['xml', 'character varying'],
  ['cidr', 'inet'],
  ['integer', 'oid'],
  ['oid', 'integer'],
  ['bit', 'bit varying'],
  // The session is in UTC.
  ['timestamp with time zone', 'timestamp without time zone'],
  ['timestamp without time zone', 'timestamp with time zone'],
];

/** @param from a type as format_type prints it; a domain counts as a type of its own. @returns whether `column::to` must be computed for every row. */
export function castRewrites(from: string, to: string): boolean {
  // A type of an extension that has moved.
  const nameOf = (type: string) => type.replace(/^(?:"(?:[^"]|"")*"|[\w$]+)\./, '');
  if (from.includes('.') && to.includes('.') && nameOf(from) === nameOf(to)) return false;
  const [old, now] = [parts(from), parts(to)];
  if (old.base !== now.base) {
    if (!alike.some(([a, b]) => a === old.base && b === now.base)) return true;
    if (old.base.startsWith('timestamp')) return (now.limits[0] ?? 6) < (old.limits[0] ?? 6);
    return now.limits.length > 0;
  }
  const [limit, scale = 0] = now.limits;
  if (limit === undefined) return /^(character|bit)$/.test(now.base) && from !== to;
  switch (now.base) {
    case 'character varying':
    case 'bit varying':
      return (old.limits[0] ?? Number.POSITIVE_INFINITY) > limit;
    case 'numeric':
      return (old.limits[0] ?? Number.POSITIVE_INFINITY) > limit || (old.limits[1] ?? 0) !== scale;
    case 'timestamp with time zone':
    case 'timestamp without time zone':
    case 'time with time zone':
    case 'time without time zone':
    case 'interval':
      return (old.limits[0] ?? 6) > limit;
    default:
      return from !== to;
  }
}

/** What of a column's type tells how its values are stored. */
interface Typed {
  readonly type: string;
  readonly collation: string | null;
}

/** @param viaText whether `column::text::type` makes the one of the other, and not `column::type`. @returns what the change comes to, whether the types are domains or not. */
export function typeChange(
  before: Typed,
  after: Typed,
  { from, to }: { readonly from: Catalog; readonly to: Catalog },
  viaText: boolean,
): { readonly rewrites: boolean; readonly isOtherCollation: boolean } {
  const [old, now] = [storedAs(before, from), storedAs(after, to)];
  // How long a domain's values are, the server does not look at.
  const type = old.domain === undefined ? old.type : parts(old.type).base;
  return {
    rewrites:
      (now.domain !== undefined && isConstrained(now.domain, to)) ||
      (viaText ? castRewrites(type, 'text') || castRewrites('text', now.type) : castRewrites(type, now.type)),
    isOtherCollation: old.collation !== now.collation,
  };
}

/** A domain's values are those of the type that it is of. */
function storedAs({ type, collation }: Typed, of: Catalog): Typed & { readonly domain?: DomainTypeId } {
  for (const { id, attrs } of entriesOf<'domain-type', DomainAttributes>(of, 'domain-type'))
    if (qualified(id.schema, id.name) === type)
      return {
        ...storedAs({ type: attrs.type, collation: collation ?? attrs.collation }, of),
        domain: id,
      };
  return { type, collation };
}
type DomainAttributes = { readonly type: string; readonly collation: string | null };

/** `numeric(10,2)` → `numeric` and 10, 2. An array is a type of its own. */
function parts(type: string): { base: string; limits: number[] } {
  const found = /\(([\d, ]+)\)/.exec(type);
  if (found === null || type.endsWith(']')) return { base: type, limits: [] };
  return { base: type.replace(found[0], ''), limits: found[1]!.split(',').map(Number) };
}
