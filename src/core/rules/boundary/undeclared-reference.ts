import type { ColumnAttributes } from '../../kinds/parts.ts';
import type { ConstraintAttributes } from '../../kinds/constraint.ts';
import { domainOf } from '../../manifest/domain-of.ts';
import { isHistoryTable } from '../../manifest/history-table.ts';
import type { Domain } from '../../manifest/manifest.ts';
import { entriesOf, find } from '../../model/catalog.ts';
import type { Rule } from '../../model/finding.ts';
import { type ColumnId, nameOf } from '../../model/id.ts';
import { qualified } from '../../../sql/quote.ts';
import type { LiveInput } from '../input.ts';
import { dotted, means } from './dotted.ts';

export const undeclaredReference: Rule<LiveInput> = {
  name: 'boundary/undeclared-reference',
  severity: 'info',
  summary: 'a column looks like another domain’s key, and is neither a foreign key nor a declared reference',
  why: 'A dependency that only a column’s name tells of is forgotten when the other domain moves or deletes its rows.',
  *check({ manifest, database, live }) {
    const keys = keysByTable({ manifest, database, live });
    const tied = new Set<string>();
    for (const { id, attrs } of entriesOf<'constraint', ConstraintAttributes>(live, 'constraint'))
      if (attrs.type === 'f')
        for (const column of attrs.columns) tied.add(nameOf({ ...id, kind: 'column', name: column }));
    for (const { id, attrs } of entriesOf<'column', ColumnAttributes>(live, 'column')) {
      const domain = domainOf(manifest, database, id);
      const stem = /^(.+?)(?:_id|Id|ID)$/.exec(id.name)?.[1];
      if (domain === undefined || stem === undefined || tied.has(nameOf(id))) continue;
      if (isHistoryTable({ kind: 'table', schema: id.schema, name: id.table }) || isDeclared(domain, id))
        continue;
      const named = plurals(plain(stem)).flatMap((name) => keys.get(name) ?? []);
      // Where the domain has such a table of its own, that is the one that is meant.
      if (named.some((key) => key.domain === domain)) continue;
      const fitting = named.filter(({ type }) => type === attrs.type);
      if (fitting.length !== 1) continue;
      const [key] = fitting as [Key];
      const from = `${id.table}.${id.name}`;
      const to = `${key.domain.name}.${key.column.table}.${key.column.name}`;
      yield {
        domain: domain.name,
        subject: nameOf(id),
        discriminator: nameOf(key.column),
        message: `${nameOf(id)} looks like ${nameOf(key.column)} of domain ${key.domain.name}, and nothing declares it`,
        help: `Declare it under domains.${domain.name}.references: - { from: ${from}, to: ${to} }`,
      };
    }
  },
};

interface Key {
  readonly domain: Domain;
  readonly column: ColumnId;
  readonly type: string;
}

/** Single-column primary keys, by their table's name in plain form. */
function keysByTable({
  manifest,
  database,
  live,
}: Pick<LiveInput, 'manifest' | 'database' | 'live'>): ReadonlyMap<string, readonly Key[]> {
  const keys = new Map<string, Key[]>();
  for (const { id, attrs } of entriesOf<'constraint', ConstraintAttributes>(live, 'constraint')) {
    const [name, ...more] = attrs.columns;
    if (attrs.type !== 'p' || name === undefined || more.length > 0) continue;
    const table = { kind: 'table' as const, schema: id.schema, name: id.table };
    const domain = domainOf(manifest, database, table);
    const column: ColumnId = { kind: 'column', schema: id.schema, table: id.table, name };
    const type = find<ColumnId, ColumnAttributes>(live, column)?.attrs.type;
    if (domain === undefined || type === undefined || isHistoryTable(table)) continue;
    const { prefix } = domain;
    const short =
      prefix !== undefined && id.table.startsWith(prefix) ? id.table.slice(prefix.length) : id.table;
    const key = plain(short);
    keys.set(key, [...(keys.get(key) ?? []), { domain, column, type }]);
  }
  return keys;
}

const plain = (name: string) => name.toLowerCase().replaceAll('_', '');
/** `tenant` → tenants; `company` → companies; `status` → statuses; and the word itself. */
const plurals = (word: string) =>
  [word, `${word}s`, `${word}es`, word.replace(/y$/, 'ies')].filter(
    (name, at, all) => all.indexOf(name) === at,
  );

function isDeclared(domain: Domain, { schema, table, name }: ColumnId): boolean {
  const meant = (path: string) => {
    const [relation, column] = dotted(path);
    return means(domain, relation, table) && column === name;
  };
  return (
    domain.references.some(({ from }) => meant(from)) ||
    domain.crossings.some(({ as, from }) => as === 'foreign-key' && meant(from)) ||
    domain.copies.some(({ column }) => meant(column) || column === qualified(schema, table, name))
  );
}
