/** Security labels: what a provider (a module of the server's) is told about an object. It alone knows what they mean. */
import { identifier, literal } from '../../sql/quote.ts';
import { type SecurityLabelId, keyOf } from '../model/id.ts';
import { whatItIsOn } from './comment.ts';
import { draft, type Draft, type Kind } from './kind.ts';
import { objectClause, onCurrentDatabase, relationLock } from './object.ts';

export type SecurityLabelAttributes = {
  readonly label: string;
};

function set({ on, provider }: SecurityLabelId, label: string | null): Draft {
  const head = `SECURITY LABEL FOR ${identifier(provider)} ON`;
  const value = label === null ? 'NULL' : literal(label);
  const sql =
    on.kind === 'database'
      ? onCurrentDatabase(`${head} DATABASE %I IS ${value}`)
      : `${head} ${objectClause(on)} IS ${value}`;
  return draft(sql, { locks: relationLock(on, 'SHARE UPDATE EXCLUSIVE') });
}

export const securityLabel: Kind<SecurityLabelId, SecurityLabelAttributes> = {
  name: 'security-label',
  rank: 57,
  references: ({ id }) => whatItIsOn(id.on).map((to) => ({ to, type: 'auto' })),
  create: ({ id, attrs }) => [{ ...set(id, attrs.label), produces: [keyOf(id)] }],
  drop: ({ id }) => [{ ...set(id, null), destroys: [keyOf(id)] }],
  alter: (_changes, _before, { id, attrs }) => [{ ...set(id, attrs.label), produces: [keyOf(id)] }],
};
