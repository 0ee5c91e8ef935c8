/** The tables behind `outbox: true` and `inbox: true`: messages written in the transaction that they tell of. */
import type { Domain, TableDeclaration } from './manifest.ts';

/**
 * @returns the message tables that a domain asks for. Its prefix goes before their names. What waits to be processed
 * has an index of its own, which stays small however long the table grows.
 */
export function messageTables(domain: Domain): TableDeclaration[] {
  return (['outbox', 'inbox'] as const)
    .filter((box) => domain[box])
    .map((box) => table(domain, box, box === 'outbox' ? 'created_at' : 'received_at'));
}

function table(
  { name: domain, prefix = '' }: Domain,
  box: 'outbox' | 'inbox',
  since: string,
): TableDeclaration {
  const name = `${prefix}${box}_messages`;
  return {
    name,
    comment:
      box === 'outbox'
        ? 'Events to be published: written in the transaction that they tell of'
        : 'Events received: the key is the message’s own, so that none is handled twice',
    columns: [
      // An outbox makes the identifier; an inbox keeps the sender's.
      {
        name: 'id',
        definition: box === 'outbox' ? 'uuid primary key default gen_random_uuid()' : 'uuid primary key',
      },
      { name: 'event_type', definition: 'varchar(255) not null' },
      { name: 'payload', definition: 'text not null' },
      { name: since, definition: 'timestamptz not null default now()' },
      { name: 'processed_at', definition: 'timestamptz' },
    ],
    constraints: [],
    indexes: [{ name: `idx_${name}_unprocessed`, definition: `(${since}) where processed_at is null` }],
    path: ['domains', domain, box],
  };
}
