/** Subscriptions of this database. Their connections only a superuser may read, and passwords in them nobody gets from us. */
import type { SubscriptionAttributes } from '../../core/kinds/subscription.ts';
import { identifier } from '../../sql/quote.ts';
import { type Carried, type Reading, add, addCarried, address } from './reading.ts';

/** SQL: a connection string without its secrets, as words (`password=…`) or within a URL (`//user:…@`). */
const withoutSecrets = (connection: string) =>
  `btrim(regexp_replace(regexp_replace(${connection},
    '(^|[\\s?&])(password|sslpassword|oauth_client_secret)\\s*=\\s*(''([^''\\\\]|\\\\.)*''|[^\\s''&]*)', '\\1', 'gi'),
    '(://[^/@\\s:]*):[^/@\\s]*@', '\\1@', 'g'))`;

export async function readSubscriptions(reading: Reading): Promise<void> {
  const { sql, serverVersion } = reading;
  const from = (version: number, name: string, value: string) =>
    serverVersion >= version ? `, '${name}', ${value}` : '';
  const streaming =
    serverVersion >= 160000
      ? `case s.substream when 't' then 'on' when 'p' then 'parallel' else 'off' end`
      : `case when s.substream then 'on' else 'off' end`;
  const options = `json_build_object('binary', s.subbinary::text, 'streaming', ${streaming},
    'two_phase', (s.subtwophasestate <> 'd')::text, 'disable_on_error', s.subdisableonerr::text,
    'synchronous_commit', s.subsynccommit${from(160000, 'origin', 's.suborigin')}
    ${from(160000, 'run_as_owner', 's.subrunasowner::text')}
    ${from(160000, 'password_required', 's.subpasswordrequired::text')}
    ${from(170000, 'failover', 's.subfailover::text')})`;
  const rows = await sql.unsafe<
    ({
      oid: number;
      name: string;
      readable: boolean;
      attrs: Omit<SubscriptionAttributes, 'connection'>;
    } & Carried)[]
  >(`
    select s.oid::int8::float8 as oid, s.subname as name,
      has_column_privilege('pg_subscription', 'subconninfo', 'select') as readable,
      json_build_object('publications', to_json(s.subpublications),
        'slot', s.subslotname, 'options', ${options}) as attrs,
      pg_get_userbyid(s.subowner) as owner, obj_description(s.oid, 'pg_subscription') as comment
    from pg_subscription s join pg_database d on d.oid = s.subdbid where d.datname = current_database()`);
  if (rows.length === 0) return;
  // Apart, because whoever may not read it may not name it either.
  const connections = new Map(
    rows[0]!.readable
      ? (
          await sql.unsafe<{ oid: number; connection: string }[]>(
            `select oid::int8::float8 as oid, ${withoutSecrets('subconninfo')} as connection from pg_subscription`,
          )
        ).map(({ oid, connection }) => [oid, connection])
      : [],
  );
  for (const { oid, name, readable: _, attrs, ...carried } of rows) {
    const connection = connections.get(oid);
    if (connection === undefined) {
      reading.notAnalysed.push({
        object: `subscription ${identifier(name)}`,
        schema: null,
        why: 'only a superuser may read its connection',
      });
      continue;
    }
    const id = { kind: 'subscription', name } as const;
    add(reading, { id, attrs: { ...attrs, connection } }, address('pg_subscription', oid));
    addCarried(reading, id, carried);
  }
}
