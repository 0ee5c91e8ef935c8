/** Operator classes: what an index access method does with a type. Nothing of one can be altered but its owner. */
import { identifier, qualified } from '../../sql/quote.ts';
import { type OperatorClassId, keyOf } from '../model/id.ts';
import { dropObject, inItsSchema } from './in-schema.ts';
import { draft, type Kind } from './kind.ts';

export type OperatorClassAttributes = {
  readonly default: boolean;
  /** As format_type prints it. */
  readonly type: string;
  readonly family: { readonly schema: string; readonly name: string };
  /** What the index keeps instead; null for the type itself. */
  readonly storage: string | null;
  /** `OPERATOR 1 shop.<(shop.a, shop.a)`, `FUNCTION 1 (shop.a, shop.a) shop.compare(shop.a, shop.a)`, by number. */
  readonly items: readonly string[];
};

export const operatorClass: Kind<OperatorClassId, OperatorClassAttributes> = {
  name: 'operator-class',
  rank: 49,
  references: ({ id, attrs: { family } }) => [
    ...inItsSchema({ id }),
    { to: { kind: 'operator-family', ...family, method: id.method }, type: 'auto' },
  ],
  create({ id, attrs }) {
    const { type, family } = attrs;
    const storage = attrs.storage === null ? [] : [`STORAGE ${attrs.storage}`];
    const items = [...storage, ...attrs.items];
    // The list cannot be empty.
    const list = (items.length === 0 ? [`STORAGE ${type}`] : items).join(',\n  ');
    const head = `${attrs.default ? 'DEFAULT ' : ''}FOR TYPE ${type}`;
    const name = qualified(id.schema, id.name);
    const place = `USING ${identifier(id.method)} FAMILY ${qualified(family.schema, family.name)}`;
    return [draft(`CREATE OPERATOR CLASS ${name} ${head} ${place} AS\n  ${list}`, { produces: [keyOf(id)] })];
  },
  drop: dropObject,
  alter: () => 'replace',
};
