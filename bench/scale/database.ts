/** A synthetic database as a large company grows one: 100 domains, 100 roles, and as many tables as asked for. */

export const domains = 100;
const domainOf = (table: number) => table % domains;
const schema = (domain: number) => `domain_${String(domain).padStart(2, '0')}`;
const role = (domain: number) => `bench_role_${String(domain % domains).padStart(2, '0')}`;
const nameOf = (table: number) => `entity_${String(Math.floor(table / domains)).padStart(3, '0')}`;
const qualifiedName = (table: number) => `${schema(domainOf(table))}.${nameOf(table)}`;

/** @returns SQL that makes the 100 roles; they are the server's, not the database's. */
export function rolesSql(): string {
  return Array.from({ length: domains }, (_, at) => `create role ${role(at)};`).join('\n');
}

/** @returns SQL scripts, one a domain and one for what crosses domains: about eleven relations, constraints and indexes a table, and a tenth of each table's partitions, views and routines. */
export function databaseSql(tables: number): string[] {
  const scripts = Array.from({ length: domains }, (_, domain) => {
    const parts = [domainSql(domain)];
    for (let table = domain; table < tables; table += domains) parts.push(tableSql(table));
    return parts.join('\n');
  });
  const crossing: string[] = [];
  for (let table = 7; table < tables; table += 10)
    crossing.push(
      `alter table ${qualifiedName(table)} add foreign key (external_id) references ${qualifiedName(table - 7)} (id);`,
    );
  return [...scripts, crossing.join('\n')];
}

function domainSql(domain: number): string {
  const here = schema(domain);
  return `
    create schema ${here} authorization ${role(domain)};
    comment on schema ${here} is 'What domain ${domain} owns';
    grant usage on schema ${here} to ${role(domain + 1)}, ${role(domain + 2)};
    set role ${role(domain)};
    create type ${here}.state as enum ('draft', 'active', 'suspended', 'gone');
    create domain ${here}.email as text check (value ~ '@');
    create function ${here}.touch() returns trigger language plpgsql as
      $$ begin new.updated_at := now(); return new; end $$;
    reset role;`;
}

/** One table with what hangs on it. What not every table has, every so many have: views, triggers, policies, partitions. */
function tableSql(table: number): string {
  const [domain, name, full] = [domainOf(table), nameOf(table), qualifiedName(table)];
  const here = schema(domain);
  const every = (count: number, sql: string) => (Math.floor(table / domains) % count === 0 ? sql : '');
  const first = table < domains;
  return `
    set role ${role(domain)};
    create table ${full} (
      id ${['bigint generated always as identity', 'uuid default gen_random_uuid()', 'bigserial'][table % 3]!} primary key,
      tenant_id uuid not null,
      parent_id ${['bigint', 'uuid', 'bigint'][table % 3]!},
      external_id ${['bigint', 'uuid', 'bigint'][(table + 2) % 3]!},
      slug varchar(${50 + (table % 7) * 10}) not null,
      state ${here}.state not null default 'draft',
      amount numeric(12,2) not null default 0,
      settings jsonb not null default '{}',
      tags text[] default '{}'::text[],
      ${table % 2 === 0 ? `contact ${here}.email, total numeric generated always as (amount * 2) stored,` : ''}
      created_at timestamptz not null default now(),
      updated_at timestamptz,
      constraint ${name}_amount_check check (amount >= 0),
      constraint ${name}_times_check check (updated_at is null or updated_at >= created_at),
      constraint ${name}_slug_key unique (tenant_id, slug),
      constraint ${name}_parent_fk foreign key (parent_id) references ${full} (id) on delete cascade
    );
    ${first ? '' : `alter table ${full} add constraint ${name}_sibling_fk foreign key (tenant_id, slug) references ${qualifiedName(table - domains)} (tenant_id, slug);`}
    create index ${name}_created_idx on ${full} (created_at desc, tenant_id);
    create index ${name}_parent_idx on ${full} (parent_id);
    ${every(2, `create index ${name}_active_idx on ${full} (lower(slug)) where state = 'active';`)}
    comment on table ${full} is 'Entity ${table} of domain ${domain}';
    comment on column ${full}.slug is 'Unique within a tenant';
    comment on column ${full}.amount is 'In the tenant’s currency';
    grant select, insert, update, delete on ${full} to ${role(domain + 1)};
    ${every(3, `grant select on ${full} to ${role(domain + 2)};`)}
    ${every(
      10,
      `create view ${here}.${name}_active as select id, tenant_id, slug, amount from ${full} where state = 'active';
      create function ${here}.${name}_total(tenant uuid) returns numeric language sql stable
        return (select sum(amount) from ${full} where tenant_id = tenant);`,
    )}
    ${every(5, `create trigger ${name}_touch before update on ${full} for each row execute function ${here}.touch();`)}
    ${every(20, `alter table ${full} enable row level security; create policy ${name}_tenant on ${full} using (tenant_id = current_setting('app.tenant')::uuid);`)}
    ${table % 100 === Math.floor(table / domains) % 100 ? partitionsSql(here, name) : ''}
    reset role;`;
}

function partitionsSql(here: string, name: string): string {
  const parent = `${here}.${name}_events`;
  const month = (at: number) => `2026-${String(at).padStart(2, '0')}-01`;
  const partitions = Array.from(
    { length: 12 },
    (_, at) =>
      `create table ${parent}_${at + 1} partition of ${parent} for values from ('${month(at + 1)}') to ('${at === 11 ? '2027-01-01' : month(at + 2)}');`,
  );
  return `create table ${parent} (id bigint not null, at timestamptz not null, kind text not null, body jsonb, primary key (id, at)) partition by range (at);
    create index ${name}_events_kind on ${parent} (kind, at);
    ${partitions.join('\n')}`;
}

/** @returns SQL that changes one table in a hundred of such a database, each in one of five ways. */
export function onePercentSql(tables: number): string {
  const edits: string[] = [];
  // One domain after the other.
  for (let table = 0; table < tables; table += domains + 1) {
    const [name, full] = [nameOf(table), qualifiedName(table)];
    edits.push(
      [
        `alter table ${full} add column note text not null default ''; comment on column ${full}.note is 'Free text';`,
        `alter table ${full} alter column slug type varchar(300);`,
        `create index ${name}_updated_idx on ${full} (updated_at) include (amount); drop index ${schema(domainOf(table))}.${name}_created_idx;`,
        `alter table ${full} drop constraint ${name}_amount_check, add constraint ${name}_amount_check check (amount >= 1);`,
        `alter table ${full} drop column settings; grant truncate on ${full} to ${role(domainOf(table) + 3)};`,
      ][Math.floor(table / 100) % 5]!,
    );
  }
  return edits.join('\n');
}
