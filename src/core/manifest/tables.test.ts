import { expect, it } from 'vitest';
import { manifestOf } from '../../../test/support/manifest.ts';
import { inspectStatement } from '../../sql/inspect.ts';
import { tableSql } from './tables.ts';

const domain = (given: Parameters<typeof manifestOf>[0]['domains'][string]) =>
  manifestOf({ domains: { shop: given } }).domains.get('shop')!;

it('writes tables, comments and indexes, each with its place in the manifest', () => {
  const path = ['domains', 'shop', 'tables', 'Order'];
  const statements = tableSql(
    domain({
      tables: [
        {
          name: 'Order',
          comment: "the customer's",
          columns: [
            { name: 'id', definition: 'uuid' },
            { name: 'at', definition: 'date not null', comment: 'when' },
          ],
          constraints: [{ name: 'pk', definition: 'primary key (id, at)' }],
          indexes: [
            { name: 'i', definition: 'using gin (id)' },
            { name: 'u', definition: 'UNIQUE (at) where id is null' },
          ],
          partitionBy: 'range (at)',
          path,
        },
      ],
    }),
  );
  expect(statements).toEqual([
    {
      sql: 'create table shop."Order" (\n  id uuid,\n  at date not null,\n  constraint pk primary key (id, at)\n) partition by range (at)',
      path,
    },
    { sql: `comment on table shop."Order" is 'the customer''s'`, path: [...path, 'comment'] },
    {
      sql: `comment on column shop."Order".at is 'when'`,
      path: [...path, 'columns', 'at', 'comment'],
    },
    { sql: 'create index i on shop."Order" using gin (id)', path: [...path, 'indexes', 'i'] },
    {
      sql: 'create unique index u on shop."Order" (at) where id is null',
      path: [...path, 'indexes', 'u'],
    },
  ]);
});

it('makes outbox and inbox in SQL that PostgreSQL reads, with the prefix of the domain', async () => {
  const statements = tableSql(domain({ outbox: true, inbox: true, prefix: 'shop_', schema: 'public' }));
  expect(statements.map(({ sql }) => sql.split('\n', 1)[0])).toEqual([
    'create table public.shop_outbox_messages (',
    expect.stringContaining('comment on table public.shop_outbox_messages'),
    expect.stringMatching(/on public.shop_outbox_messages \(created_at\) where processed_at is null$/),
    'create table public.shop_inbox_messages (',
    expect.stringContaining('comment on table public.shop_inbox_messages'),
    expect.stringMatching(/on public.shop_inbox_messages \(received_at\) where processed_at is null$/),
  ]);
  for (const { sql } of statements) expect((await inspectStatement(sql)).error).toBeUndefined();
  expect(tableSql(domain({}))).toEqual([]);
});
