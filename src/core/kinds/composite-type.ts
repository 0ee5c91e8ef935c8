/** Composite types: CREATE TYPE … AS (…). The row types of tables and views are theirs. */
import { identifier, qualified } from '../../sql/quote.ts';
import { edgeIndex } from '../model/catalog.ts';
import { type CompositeTypeId, keyOf } from '../model/id.ts';
import type { Draft, Kind, Sides } from './kind.ts';
import { alterType, createType, dropType, inItsSchema, publicUsage, renameType } from './type.ts';

export type CompositeTypeAttributes = {
  /** In order, which matters: a row constructor has no names. */
  readonly attributes: readonly Attribute[];
};
export type Attribute = {
  readonly name: string;
  /** As format_type prints it. */
  readonly type: string;
  /** Qualified; null for the type's own. */
  readonly collation: string | null;
};

const clause = ({ name, type, collation }: Attribute) =>
  `${identifier(name)} ${type}${collation === null ? '' : ` COLLATE ${collation}`}`;

/** Whether anything but its own owner, comment and privileges hangs on it. */
const isUsed = ({ from }: Sides, id: CompositeTypeId) =>
  (edgeIndex(from).byReferenced.get(keyOf(id)) ?? []).some(
    ({ dependent }) => !/^(owner|comment|grant):/.test(dependent),
  );

export const compositeType: Kind<CompositeTypeId, CompositeTypeAttributes> = {
  name: 'composite-type',
  rank: 31,
  references: inItsSchema,
  implies: publicUsage,
  create: ({ id, attrs }) => [
    createType(
      id,
      attrs.attributes.length === 0 ? '()' : `(\n  ${attrs.attributes.map(clause).join(',\n  ')}\n)`,
    ),
  ],
  drop: dropType,
  alter(_changes, before, { id, attrs }, sides) {
    const [old, now] = [before.attrs.attributes, attrs.attributes];
    const kept = old.filter(({ name }) => now.some((each) => each.name === name));
    const sameOrder = kept.every(({ name }, at) => now[at]?.name === name);
    const same = kept.every((each, at) => clause(each) === clause(now[at]!));
    // Values of it lie in tables in the order of its attributes: only the end of the list may grow in place.
    if (!sameOrder || ((!same || kept.length < old.length) && isUsed(sides, id))) return 'swap';
    const drafts: Draft[] = old
      .filter((each) => !kept.includes(each))
      .map(({ name }) => alterType(id, `DROP ATTRIBUTE ${identifier(name)}`));
    kept.forEach((each, at) => {
      const { name, type, collation } = now[at]!;
      const collate = collation === null ? '' : ` COLLATE ${collation}`;
      if (clause(each) !== clause(now[at]!))
        drafts.push(alterType(id, `ALTER ATTRIBUTE ${identifier(name)} SET DATA TYPE ${type}${collate}`));
    });
    drafts.push(...now.slice(kept.length).map((each) => alterType(id, `ADD ATTRIBUTE ${clause(each)}`)));
    return drafts;
  },
  swap: {
    makeWay: renameType,
    convert(value, type, { attrs: { attributes: old } }, { id, attrs: { attributes: now } }) {
      const sameNames = old.length === now.length && old.every(({ name }, at) => now[at]!.name === name);
      if (sameNames) return `${value}::text::${type}`;
      // An array of it would have to be taken apart by a query, which ALTER TABLE … USING does not allow.
      if (type !== qualified(id.schema, id.name)) return undefined;
      const fields = now.map((attribute) => {
        if (!old.some(({ name }) => name === attribute.name)) return `NULL::${attribute.type}`;
        return `(${value}).${identifier(attribute.name)}::text::${attribute.type}`;
      });
      // Not IS NOT NULL: of a table with children the server reads USING twice, and fails at what it made of that (XX000).
      return `CASE WHEN ${value}::text IS DISTINCT FROM NULL THEN ROW(${fields.join(', ')})::${type} END`;
    },
  },
};
