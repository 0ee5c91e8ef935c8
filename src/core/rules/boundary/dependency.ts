/**
 * Crossings as the live database has them: each dependency of one domain's object on an object outside of the
 * domain, once, with what the manifest says of it.
 */
import type { ConstraintAttributes } from '../../kinds/constraint.ts';
import type { PartitionAttributes } from '../../kinds/parts.ts';
import { domainOf } from '../../manifest/domain-of.ts';
import { isHistoryTable } from '../../manifest/history-table.ts';
import type {
  BoundaryPolicy,
  Channel,
  Crossing,
  CrossingKind,
  Domain,
  Manifest,
} from '../../manifest/manifest.ts';
import { isUnmanagedSchema } from '../../manifest/unmanaged.ts';
import type { Entry } from '../../model/entry.ts';
import { type Id, isType, keyOf, nameOf, objectOf, schemaOf } from '../../model/id.ts';
import { onceOf } from '../../model/once-of.ts';
import type { LiveInput } from '../input.ts';
import { dotted, means } from './dotted.ts';

export interface Dependency {
  readonly as: CrossingKind;
  readonly dependent: Entry;
  readonly from: Domain;
  /** The object that is used: a table for its columns and keys. */
  readonly referenced: Id;
  /** undefined: no domain claims it. */
  readonly to: Domain | undefined;
  /** Columns on either side, where the dependency is of columns. */
  readonly columns: readonly string[];
  readonly referencedColumns: readonly string[];
  readonly onDelete?: NonNullable<ConstraintAttributes['references']>['onDelete'];
}

/** By which channel's policy a crossing is judged. */
export const channelOf = {
  'foreign-key': 'foreignKeys',
  view: 'views',
  function: 'functions',
  trigger: 'triggers',
  policy: 'policies',
  default: 'defaults',
  type: 'types',
  inheritance: 'inheritance',
  grant: 'grants',
  query: 'queries',
} as const satisfies Record<CrossingKind, Channel>;

/** What the manifest says of a dependency. */
export type Verdict =
  | { readonly is: 'accepted' }
  | { readonly is: 'declared'; readonly crossing: Crossing }
  /** Declared, but no longer or not so. */
  | { readonly is: 'expired' | 'other-action'; readonly crossing: Crossing }
  | { readonly is: 'forbidden' | 'undeclared' | 'unclaimed' };

export function verdictOn(
  dependency: Dependency,
  { manifest, now }: Pick<LiveInput, 'manifest' | 'now'>,
): Verdict {
  const { from, to, as } = dependency;
  const policy: BoundaryPolicy = manifest.boundaries[channelOf[as]];
  if (policy === 'allow') return { is: 'accepted' };
  if (to === undefined) return { is: 'unclaimed' };
  if (to.kind === 'infrastructure' && to.sharedWith.includes(from.name)) return { is: 'accepted' };
  if (policy === 'forbid') return { is: 'forbidden' };
  const declared = from.crossings.filter((crossing) => declares(crossing, dependency));
  const today = now.toISOString().slice(0, 10);
  const valid = declared.filter(({ until }) => until === undefined || until >= today);
  const agreed = valid.find(({ onDelete }) => onDelete === undefined || onDelete === dependency.onDelete);
  if (agreed !== undefined) return { is: 'declared', crossing: agreed };
  if (valid[0] !== undefined) return { is: 'other-action', crossing: valid[0] };
  return declared[0] === undefined ? { is: 'undeclared' } : { is: 'expired', crossing: declared[0] };
}

/** @returns whether a declaration means this dependency; its action and its date aside. */
export function declares(crossing: Crossing, dependency: Dependency): boolean {
  const { as, dependent, from, referenced, to, columns, referencedColumns } = dependency;
  if (crossing.as !== as || to === undefined) return false;
  const [relation, column] = dotted(crossing.from);
  const [domain, object, objectColumn] = dotted(crossing.to);
  const { id } = dependent;
  const inRelation = 'table' in id ? id.table : 'name' in id ? id.name : '';
  const own = 'name' in id ? [...columns, id.name] : columns;
  return (
    means(from, relation, inRelation) &&
    (column === undefined || own.includes(column)) &&
    domain === to.name &&
    (object === undefined || ('name' in referenced && means(to, object, referenced.name))) &&
    (objectColumn === undefined || referencedColumns.length === 0 || referencedColumns.includes(objectColumn))
  );
}

/** @returns every dependency that leaves its domain, in the order of their keys. */
export const dependencies = onceOf((input: LiveInput): readonly Dependency[] => [...findDependencies(input)]);

function* findDependencies(input: LiveInput): Generator<Dependency> {
  const { manifest, database, live } = input;
  const seen = new Set<string>();
  const outside = (dependent: Entry, referenced: Id): Pick<Dependency, 'from' | 'to'> | undefined => {
    const from = domainOf(manifest, database, dependent.id);
    const schema = schemaOf(referenced);
    if (from === undefined || schema === undefined || isHistoryTable(dependent.id)) return undefined;
    const to = domainOf(manifest, database, referenced);
    if (to === from || (to === undefined && isOutOfSight(manifest, schema))) return undefined;
    const name = `${keyOf(dependent.id)}\0${keyOf(referenced)}`;
    if (seen.has(name)) return undefined;
    seen.add(name);
    return { from, to };
  };
  for (const entry of live.entries.values()) {
    if (entry.id.kind === 'constraint') {
      const { references, columns } = entry.attrs as unknown as ConstraintAttributes;
      if (references === null) continue;
      const referenced: Id = { kind: 'table', schema: references.schema, name: references.table };
      const ends = outside(entry, referenced);
      if (ends === undefined) continue;
      const { columns: referencedColumns, onDelete } = references;
      yield {
        as: 'foreign-key',
        dependent: entry,
        ...ends,
        referenced,
        columns,
        referencedColumns,
        onDelete,
      };
    } else if (entry.id.kind === 'partition') {
      const { parentSchema, parentTable } = entry.attrs as unknown as PartitionAttributes;
      const referenced: Id = { kind: 'table', schema: parentSchema, name: parentTable };
      const ends = outside(entry, referenced);
      if (ends !== undefined)
        yield {
          as: 'inheritance',
          dependent: entry,
          ...ends,
          referenced,
          columns: [],
          referencedColumns: [],
        };
    }
  }
  for (const edge of live.edges) {
    const dependent = live.entries.get(edge.dependent);
    const referencedEntry = live.entries.get(edge.referenced);
    if (dependent === undefined || referencedEntry === undefined) continue;
    const referenced = objectOf(referencedEntry.id);
    const as = kindOfCrossing(dependent.id, referenced);
    const ends = as === undefined ? undefined : outside(dependent, referenced);
    if (as === undefined || ends === undefined) continue;
    const { id } = dependent;
    const columns = id.kind === 'column' || id.kind === 'default' ? [id.name] : [];
    yield { as, dependent, ...ends, referenced, columns, referencedColumns: [] };
  }
  for (const { by, of } of input.uses.uses) {
    const [dependent, used] = [live.entries.get(by), live.entries.get(of)];
    if (dependent === undefined || used === undefined) continue;
    const ends = outside(dependent, used.id);
    if (ends !== undefined)
      yield { as: 'function', dependent, ...ends, referenced: used.id, columns: [], referencedColumns: [] };
  }
}

function kindOfCrossing(id: Id, referenced: Id): CrossingKind | undefined {
  const { kind } = id;
  if (referenced.kind === 'schema' || referenced.kind === 'role') return undefined;
  if (kind === 'function' || kind === 'aggregate') return 'function';
  if (kind === 'trigger' || kind === 'rule') return 'trigger';
  if (kind === 'policy') return kind;
  if (kind === 'materialized-view') return 'view';
  if (kind === 'view' || kind === 'default') return kind;
  // A check or an index computes with it on every write; an operator is another name for it.
  if (referenced.kind === 'function') return 'function';
  if (isType(referenced) && (isType(id) || kind === 'column' || kind === 'constraint')) return 'type';
  return kind === 'table' && referenced.kind === 'table' ? 'inheritance' : undefined;
}

const isOutOfSight = (manifest: Manifest, schema: string) => isUnmanagedSchema(manifest, schema);

/** A crossing as a manifest declares it. */
export type Declaration = Pick<Crossing, 'from' | 'to' | 'as' | 'onDelete'>;

/** @returns a dependency's declaration as the manifest would have it. */
export function declarationOf({
  as,
  dependent,
  referenced,
  to,
  columns,
  referencedColumns,
  onDelete,
}: Dependency): Declaration {
  const { id } = dependent;
  const relation = 'table' in id ? id.table : 'name' in id ? id.name : '';
  const quoted = (parts: readonly (string | undefined)[]) =>
    parts
      .filter((part) => part !== undefined)
      .map((part) => (/[."]/.test(part) ? `"${part.replaceAll('"', '""')}"` : part))
      .join('.');
  const object = 'name' in referenced ? referenced.name : nameOf(referenced);
  return {
    from: quoted([relation, columns[0]]),
    to: quoted([to?.name, object, referencedColumns[0]]),
    as,
    ...(onDelete === undefined ? {} : { onDelete }),
  };
}

/** @returns the same as a line of YAML. */
export function declaration(dependency: Dependency): string {
  const { from, to, as, onDelete } = declarationOf(dependency);
  return `{ from: ${from}, to: ${to}, as: ${as}${onDelete === undefined ? '' : `, onDelete: ${onDelete}`} }`;
}
