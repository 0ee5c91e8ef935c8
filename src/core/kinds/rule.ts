/** Rewrite rules of tables and views, other than the one that makes a view a view. */
import { identifier, qualified } from '../../sql/quote.ts';
import { type RuleId, keyOf, relationsOf } from '../model/id.ts';
import { accessExclusive } from './alter-table.ts';
import { draft, type Draft, type Kind } from './kind.ts';

export interface RuleAttributes {
  /** As pg_get_ruledef prints it, after CREATE, without the semicolon. */
  readonly definition: string;
  readonly enabled: 'origin' | 'replica' | 'always' | 'disabled';
}

const words = {
  origin: 'ENABLE RULE',
  replica: 'ENABLE REPLICA RULE',
  always: 'ENABLE ALWAYS RULE',
  disabled: 'DISABLE RULE',
} as const;

const locks = (id: RuleId) => accessExclusive({ schema: id.schema, name: id.table });

const enable = (id: RuleId, enabled: RuleAttributes['enabled']): Draft =>
  draft(`ALTER TABLE ${qualified(id.schema, id.table)} ${words[enabled]} ${identifier(id.name)}`, {
    requires: [keyOf(id)],
    locks: locks(id),
  });

export const rule: Kind<RuleId, RuleAttributes> = {
  name: 'rule',
  rank: 74,
  references: ({ id }) => relationsOf(id).map((to) => ({ to, type: 'auto' })),
  create: ({ id, attrs }) => [
    draft(`CREATE ${attrs.definition}`, { produces: [keyOf(id)], locks: locks(id) }),
    ...(attrs.enabled === 'origin' ? [] : [enable(id, attrs.enabled)]),
  ],
  drop: ({ id }) => [
    draft(`DROP RULE ${identifier(id.name)} ON ${qualified(id.schema, id.table)}`, {
      destroys: [keyOf(id)],
      locks: locks(id),
    }),
  ],
  alter(changes, _before, { id, attrs }) {
    const changed = new Set(changes.map(({ attr }) => attr as keyof RuleAttributes));
    return [
      ...(changed.has('definition')
        ? [draft(`CREATE OR REPLACE ${attrs.definition}`, { produces: [keyOf(id)], locks: locks(id) })]
        : []),
      ...(changed.has('enabled') ? [enable(id, attrs.enabled)] : []),
    ];
  },
};
