/** ADD UNIQUE or PRIMARY KEY → the index first, CONCURRENTLY, then the constraint USING it, which reads nothing. */
import type { ConstraintAttributes } from '../../kinds/constraint.ts';
import { isNotNullAbove } from '../../kinds/family.ts';
import type { Sides } from '../../kinds/kind.ts';
import { isChild } from '../../kinds/parents.ts';
import { find } from '../../model/catalog.ts';
import type { ConstraintId } from '../../model/id.ts';
import { identifier, qualified } from '../../../sql/quote.ts';
import { buildingName, concurrently } from './create-index.ts';
import { type Rewriting, addedConstraint, attributeOf } from './rewriting.ts';

const list = String.raw`\((?:"(?:[^"]|"")*"|[^"()])*\)`;
/** As pg_get_constraintdef prints it. */
const shape = new RegExp(
  `^(UNIQUE|PRIMARY KEY)( NULLS NOT DISTINCT)? (${list})( INCLUDE ${list})?( WITH ${list})?( DEFERRABLE)?( INITIALLY DEFERRED)?$`,
);

/** A UNIQUE or PRIMARY KEY, taken apart. */
export interface KeyParts {
  readonly type: string;
  /** What its index is of: columns, INCLUDE, NULLS NOT DISTINCT, WITH. */
  readonly index: string;
  /** DEFERRABLE, with a blank before it, or nothing. */
  readonly deferrable: string;
}

/** @param definition as pg_get_constraintdef prints it. @returns undefined if no index can be built for it beforehand. */
export function keyParts(definition: string): KeyParts | undefined {
  const match = shape.exec(definition);
  if (match === null || / WITHOUT OVERLAPS\)/.test(match[3]!)) return undefined;
  const [, type, nulls = '', columns, include = '', options = '', deferrable = '', deferred = ''] = match;
  return {
    type: type!,
    index: `${columns}${include}${nulls}${options}`,
    deferrable: `${deferrable}${deferred}`,
  };
}

/** From 18, USING INDEX makes a parent's NOT NULL the child's own too, and no statement takes that back. */
function makesNotNullOwn(id: ConstraintId, { to }: Sides): boolean {
  const { schema, table } = id;
  if (to.serverVersion < 180000 || !isChild(to, { schema, name: table })) return false;
  const { columns } = find<ConstraintId, ConstraintAttributes>(to, id)!.attrs;
  return columns.some((name) => {
    const column = { kind: 'column', schema, table, name } as const;
    const own = [column, { ...column, kind: 'inherited-column' as const }];
    return isNotNullAbove(to, column) && !own.some((each) => find(to, each)?.attrs['notNull'] === true);
  });
}

export const usingIndex: Rewriting = {
  rewrite(planned, sides) {
    const added = addedConstraint(planned);
    if (added === undefined) return undefined;
    const { id, relation, name, definition } = added;
    const key = keyParts(definition);
    if (key === undefined) return undefined;
    const table = { kind: 'table', schema: id.schema, name: id.table } as const;
    // One that is made in this plan needs none.
    if (attributeOf(sides, table, 'kind') !== 'table') return undefined;
    if (key.type === 'PRIMARY KEY' && makesNotNullOwn(id, sides)) return undefined;
    const built = buildingName(id.name, id.schema, id.table, sides);
    const index = identifier(built);
    const [leftover, build] = concurrently(
      qualified(id.schema, built),
      relation,
      `CREATE UNIQUE INDEX ${index} ON ${relation} ${key.index}`,
    );
    const detail = `fails if rows break ${name}`;
    return [
      leftover,
      {
        ...build,
        hazards: [...(build.hazards ?? []), { name: 'depends-on-data', object: relation, detail }],
        replacement: built !== id.name,
        undo: { sql: leftover.sql, locks: build.locks, outside: true },
      },
      {
        // The index takes the constraint's name.
        sql: `ALTER TABLE ${relation} ADD CONSTRAINT ${name} ${key.type} USING INDEX ${index}${key.deferrable}`,
        locks: [{ mode: 'ACCESS EXCLUSIVE', relation }],
        completes: true,
        later: true,
      },
    ];
  },
};
