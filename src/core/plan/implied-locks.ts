/** The locks that a statement takes, and the tables that it reads, because of what goes with it, or holds values of it: no kind knows of them all. */
import type { ConstraintAttributes } from '../kinds/constraint.ts';
import { defaultPartition } from '../kinds/default-partition.ts';
import type { Sides } from '../kinds/kind.ts';
import type { PartitionAttributes } from '../kinds/parts.ts';
import { type Catalog, edgeIndex } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { type DomainTypeId, type Key, keyOf } from '../model/id.ts';
import type { Lock } from '../model/statement.ts';
import { qualified } from '../../sql/quote.ts';
import type { PlannedStatement } from './fold.ts';

/** @param statements all of a plan. @returns the same, with the locks of what each destroys or reads by the way. */
export function withImpliedLocks(
  statements: readonly PlannedStatement[],
  { from }: Sides,
): PlannedStatement[] {
  const made = new Set(
    statements.flatMap(({ statement: { sql, produces } }) => (sql.startsWith('CREATE ') ? produces : [])),
  );
  return statements.map((planned) => {
    const { statement } = planned;
    const locks = [...statement.locks];
    const add = (mode: Lock['mode'], relation: string) => {
      if (!locks.some((lock) => lock.relation === relation && lock.mode === mode))
        locks.push({ mode, relation });
    };
    for (const key of statement.destroys) {
      const entry = from.entries.get(key);
      for (const relation of entry === undefined ? [] : lockedWith(entry, from))
        add('ACCESS EXCLUSIVE', relation);
    }
    const hazards = [...statement.hazards];
    const domain = readsValuesOf(planned);
    // A domain that is made anew has no values yet.
    if (domain !== undefined && !made.has(keyOf(domain)))
      for (const relation of tablesWith(domain, from)) {
        add('SHARE', relation);
        hazards.push({ name: 'scan', object: relation, detail: 'reads every row under the lock' });
      }
    return locks.length === statement.locks.length
      ? planned
      : { ...planned, statement: { ...statement, locks, hazards } };
  });
}

/** @returns the relations that nobody can use while this goes. */
function lockedWith({ id, attrs }: Entry, from: Catalog): string[] {
  switch (id.kind) {
    case 'table':
    case 'foreign-table':
    case 'view':
    case 'materialized-view':
    case 'sequence':
      return [qualified(id.schema, id.name)];
    case 'constraint': {
      const { references } = attrs as unknown as ConstraintAttributes;
      // Both have triggers that enforce it.
      return references === null
        ? []
        : [qualified(id.schema, id.table), qualified(references.schema, references.table)];
    }
    case 'partition': {
      const { parentSchema, parentTable, bound } = attrs as unknown as PartitionAttributes;
      const parent = qualified(parentSchema, parentTable);
      const other = defaultPartition(from, { schema: parentSchema, name: parentTable });
      return bound === 'DEFAULT' || other === undefined
        ? [parent]
        : [parent, qualified(other.schema, other.name)];
    }
    default:
      return [];
  }
}

/** @returns the domain type whose values a statement checks, wherever they are. */
function readsValuesOf({ about, statement: { sql } }: PlannedStatement): DomainTypeId | undefined {
  if (
    !/^ALTER DOMAIN [^]* (ADD CONSTRAINT|VALIDATE CONSTRAINT|SET NOT NULL)\b/.test(sql) ||
    sql.endsWith(' NOT VALID')
  )
    return undefined;
  if (about.kind === 'domain-type') return about;
  return about.kind === 'domain-constraint'
    ? { kind: 'domain-type', schema: about.schema, name: about.domain }
    : undefined;
}

/** @returns the tables that have a column of the domain, or of a domain over it. */
function tablesWith(id: DomainTypeId, from: Catalog): readonly string[] {
  const tables = new Set<string>();
  const seen = new Set<Key>();
  const visit = (key: Key): void => {
    if (seen.has(key)) return;
    seen.add(key);
    for (const { dependent } of edgeIndex(from).byReferenced.get(key) ?? []) {
      const user = from.entries.get(dependent)?.id;
      if (user?.kind === 'column') tables.add(qualified(user.schema, user.table));
      else if (user?.kind === 'domain-type') visit(dependent);
    }
  };
  visit(keyOf(id));
  return [...tables].sort();
}
