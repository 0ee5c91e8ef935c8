/** INHERITS: that a table has the columns and checks of another, and its rows are the other's too. Made with the table, or later. */
import { qualified } from '../../sql/quote.ts';
import { ownOnceLeft } from './family.ts';
import { type InheritId, type TableId, keyOf } from '../model/id.ts';
import { draft, type Kind } from './kind.ts';

const childOf = ({ schema, name }: InheritId): TableId => ({ kind: 'table', schema, name });
const parentOf = ({ parentSchema, parent }: InheritId): TableId => ({
  kind: 'table',
  schema: parentSchema,
  name: parent,
});
const names = (id: InheritId) =>
  [qualified(id.schema, id.name), qualified(id.parentSchema, id.parent)] as const;

export const inherit: Kind<InheritId> = {
  name: 'inherit',
  rank: 52,
  references: ({ id }) => [
    { to: childOf(id), type: 'auto' },
    // A parent does not go before its children are let go.
    { to: parentOf(id), type: 'normal' },
  ],
  create: ({ id }) => {
    const [child, parent] = names(id);
    return [
      draft(`ALTER TABLE ${child} INHERIT ${parent}`, {
        produces: [keyOf(id)],
        requires: [keyOf(childOf(id)), keyOf(parentOf(id))],
        locks: [
          { mode: 'ACCESS EXCLUSIVE', relation: child },
          { mode: 'SHARE UPDATE EXCLUSIVE', relation: parent },
        ],
      }),
    ];
  },
  // Its columns stay, and are its own from then on.
  drop: ({ id }, { from, to }) => {
    const [child, parent] = names(id);
    const own = ownOnceLeft(from, to, childOf(id)).map((entry) => keyOf(entry.id));
    return [
      draft(`ALTER TABLE ${child} NO INHERIT ${parent}`, {
        destroys: [keyOf(id)],
        produces: own.filter((key) => to.entries.has(key)),
        locks: [
          { mode: 'ACCESS EXCLUSIVE', relation: child },
          { mode: 'ACCESS SHARE', relation: parent },
        ],
      }),
    ];
  },
  alter: () => [],
};
