/** Range types, each with its multirange type. */
import { identifier, qualified } from '../../sql/quote.ts';
import type { RangeTypeId } from '../model/id.ts';
import type { Kind } from './kind.ts';
import { shellOf } from './shell-type.ts';
import { createType, dropType, inItsSchema, publicUsage, renameType } from './type.ts';

export type RangeTypeAttributes = {
  /** As format_type prints it. */
  readonly subtype: string;
  /** Qualified; null for the subtype's default. */
  readonly operatorClass: string | null;
  /** Qualified; null for the subtype's own. */
  readonly collation: string | null;
  /** The function that tells how far two values are apart, qualified. */
  readonly subtypeDifference: string | null;
  /** The function that makes equal ranges the same, as SQL writes its name. */
  readonly canonical: string | null;
  readonly multirange: { readonly schema: string; readonly name: string };
};

export const rangeType: Kind<RangeTypeId, RangeTypeAttributes> = {
  name: 'range-type',
  rank: 33,
  references: ({ id, attrs }) => [
    ...inItsSchema({ id }),
    ...(attrs.canonical === null ? [] : [{ to: shellOf(id), type: 'auto' as const }]),
  ],
  replaces: ({ id, attrs }) => (attrs.canonical === null ? [] : [shellOf(id)]),
  implies: publicUsage,
  create({ id, attrs }) {
    const options = [
      `SUBTYPE = ${attrs.subtype}`,
      ...(attrs.operatorClass === null ? [] : [`SUBTYPE_OPCLASS = ${attrs.operatorClass}`]),
      ...(attrs.collation === null ? [] : [`COLLATION = ${attrs.collation}`]),
      ...(attrs.subtypeDifference === null ? [] : [`SUBTYPE_DIFF = ${attrs.subtypeDifference}`]),
      ...(attrs.canonical === null ? [] : [`CANONICAL = ${attrs.canonical}`]),
      `MULTIRANGE_TYPE_NAME = ${qualified(attrs.multirange.schema, attrs.multirange.name)}`,
    ];
    return [createType(id, `RANGE (\n  ${options.join(',\n  ')}\n)`)];
  },
  drop: dropType,
  // Its canonical function holds it fast.
  alter: (_changes, before, { attrs }) =>
    before.attrs.canonical === null && attrs.canonical === null ? 'swap' : 'replace',
  swap: {
    makeWay({ id, attrs: { subtype, multirange } }, name) {
      const [range, many] = [qualified(id.schema, id.name), qualified(multirange.schema, multirange.name)];
      const constructors = [
        { function: range, to: name, arguments: [`${subtype}, ${subtype}`, `${subtype}, ${subtype}, text`] },
        { function: many, to: `${name}_multirange`, arguments: ['', range, `${range}[]`] },
      ];
      return [
        // The functions that make values of a type do not follow its name.
        ...constructors.flatMap((each) =>
          each.arguments.map(
            (list) => `ALTER FUNCTION ${each.function}(${list}) RENAME TO ${identifier(each.to)}`,
          ),
        ),
        ...renameType({ id }, name),
        `ALTER TYPE ${many} RENAME TO ${identifier(`${name}_multirange`)}`,
      ];
    },
  },
};
