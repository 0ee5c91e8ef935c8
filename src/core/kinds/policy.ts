/** Row security policies. Whether a table's policies are in force is an attribute of the table. */
import { grantee, identifier, qualified } from '../../sql/quote.ts';
import { type PolicyId, keyOf } from '../model/id.ts';
import type { Hazard } from '../model/statement.ts';
import { accessExclusive } from './alter-table.ts';
import { draft, type Kind } from './kind.ts';

export interface PolicyAttributes {
  readonly permissive: boolean;
  readonly command: 'all' | 'select' | 'insert' | 'update' | 'delete';
  /** Sorted; `public` for PUBLIC. */
  readonly roles: readonly string[];
  /** As pg_get_expr prints it under an empty search_path; null: none. */
  readonly using: string | null;
  readonly check: string | null;
}

const hazard = (id: PolicyId, does: string): readonly Hazard[] => [
  {
    name: 'access-change',
    object: qualified(id.schema, id.table),
    detail: `${does} policy ${identifier(id.name)}`,
  },
];
const on = (id: PolicyId) => `${identifier(id.name)} ON ${qualified(id.schema, id.table)}`;
const locks = (id: PolicyId) => accessExclusive({ schema: id.schema, name: id.table });
const to = (roles: readonly string[]) => `TO ${roles.map(grantee).join(', ')}`;

export const policy: Kind<PolicyId, PolicyAttributes> = {
  name: 'policy',
  rank: 76,
  references: ({ id, attrs }) => [
    { to: { kind: 'table', schema: id.schema, name: id.table }, type: 'auto' },
    ...attrs.roles
      .filter((name) => name !== 'public')
      .map((name) => ({ to: { kind: 'role' as const, name }, type: 'normal' as const })),
  ],
  create: ({ id, attrs }) => {
    const clauses = [
      `CREATE POLICY ${on(id)}`,
      ...(attrs.permissive ? [] : ['AS RESTRICTIVE']),
      ...(attrs.command === 'all' ? [] : [`FOR ${attrs.command.toUpperCase()}`]),
      ...(attrs.roles.join() === 'public' ? [] : [to(attrs.roles)]),
      ...(attrs.using === null ? [] : [`USING (${attrs.using})`]),
      ...(attrs.check === null ? [] : [`WITH CHECK (${attrs.check})`]),
    ];
    return [
      draft(clauses.join('\n  '), { produces: [keyOf(id)], locks: locks(id), hazards: hazard(id, 'adds') }),
    ];
  },
  drop: ({ id }) => [
    draft(`DROP POLICY ${on(id)}`, { destroys: [keyOf(id)], locks: locks(id), hazards: hazard(id, 'drops') }),
  ],
  alter(changes, before, { id, attrs }) {
    const changed = new Set(changes.map(({ attr }) => attr as keyof PolicyAttributes));
    const taken =
      (before.attrs.using !== null && attrs.using === null) ||
      (before.attrs.check !== null && attrs.check === null);
    // ALTER POLICY can set an expression, never take it away.
    if (changed.has('permissive') || changed.has('command') || taken) return 'replace';
    const clauses = [
      ...(changed.has('roles') ? [to(attrs.roles)] : []),
      ...(changed.has('using') ? [`USING (${attrs.using})`] : []),
      ...(changed.has('check') ? [`WITH CHECK (${attrs.check})`] : []),
    ];
    return [
      draft([`ALTER POLICY ${on(id)}`, ...clauses].join('\n  '), {
        produces: [keyOf(id)],
        locks: locks(id),
        hazards: hazard(id, 'changes'),
      }),
    ];
  },
};
