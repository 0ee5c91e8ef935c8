import { describe, expect, it } from 'vitest';
import { type DomainInShort, type RoleInShort, manifestOf } from '../../../test/support/manifest.ts';
import { ownEdges } from '../kinds/kinds.ts';
import { type Catalog, catalog } from '../model/catalog.ts';
import type { Edge } from '../model/catalog.ts';
import type { Entry, Value } from '../model/entry.ts';
import { type Id, keyOf, nameOf } from '../model/id.ts';
import { resolve } from './resolve.ts';

const entry = (id: Id, attrs: Record<string, Value> = {}): Entry => ({ id, attrs });
const schema = (name: string) => entry({ kind: 'schema', name });
const table = (s: string, name: string, kind = 'table') =>
  entry({ kind: 'table', schema: s, name }, { kind });
const column = (s: string, t: string, name: string, identity: Value = null) =>
  entry({ kind: 'column', schema: s, table: t, name }, { identity });
const partition = (s: string, name: string, parentTable: string) =>
  entry({ kind: 'partition', schema: s, name }, { parentSchema: s, parentTable, bound: 'DEFAULT' });
const ownedBy = (s: string, name: string, t: string, c: string) =>
  entry({ kind: 'owned-by', schema: s, name }, { schema: s, table: t, column: c });

function catalogOf(entries: readonly Entry[], version = 180000, edges: readonly Edge[] = []): Catalog {
  return catalog('test', version, entries, [
    ...entries.filter(({ id }) => id.kind === 'partition').flatMap(ownEdges),
    ...edges,
  ]);
}
/** The grants to one role and its default privileges, as words. */
function grants(
  of: Catalog,
  role: RoleInShort,
  domains: Record<string, DomainInShort> = { auth: { owner: 'boss' } },
): string[] {
  const manifest = manifestOf({ domains, roles: { app: role, boss: {} } });
  return resolve(manifest, of, 'main')
    .filter(({ id }) => (id.kind === 'grant' || id.kind === 'default-privilege') && id.to === 'app')
    .map(({ id }) => nameOf(id).replace(/ to app$/, ''))
    .sort();
}

const auth = [
  schema('auth'),
  table('auth', 'users'),
  column('auth', 'users', 'id'),
  column('auth', 'users', 'email'),
];

describe('resolve', () => {
  it('a domain: USAGE, every table and view, and the future ones of its owner', () => {
    const view = entry({ kind: 'view', schema: 'auth', name: 'active' });
    expect(grants(catalogOf([...auth, view]), { grants: [['auth', 'read']] })).toEqual([
      'select on table auth.users',
      'select on tables in auth of boss',
      'select on view auth.active',
      'usage on schema auth',
    ]);
  });

  it('functions: all of a domain, all of a name, or the one with these arguments', () => {
    const total = (args: string) => entry({ kind: 'function', schema: 'auth', name: 'total', args });
    const of = catalogOf([
      ...auth,
      total('integer'),
      total('integer, text'),
      entry({ kind: 'aggregate', schema: 'auth', name: 'latest', args: 'text' }),
    ]);
    const granted = (name?: string) =>
      grants(of, {
        grants: [[{ kind: 'functions', domain: 'auth', ...(name === undefined ? {} : { name }) }, 'execute']],
      });
    expect(granted()).toEqual([
      'execute on aggregate auth.latest(text)',
      'execute on function auth.total(integer)',
      'execute on function auth.total(integer, text)',
      'usage on schema auth',
    ]);
    expect(granted('total')).toEqual([
      'execute on function auth.total(integer)',
      'execute on function auth.total(integer, text)',
      'usage on schema auth',
    ]);
    expect(granted('total(integer,text)')).toEqual([
      'execute on function auth.total(integer, text)',
      'usage on schema auth',
    ]);
  });

  it('no default privileges without an owner, nor in a schema that domains share', () => {
    expect(grants(catalogOf(auth), { grants: [['auth', 'read']] }, { auth: {} })).toEqual([
      'select on table auth.users',
      'usage on schema auth',
    ]);
    const shared = [schema('public'), table('public', 'orders_items'), table('public', 'users_people')];
    const domains: Record<string, DomainInShort> = {
      orders: { isolation: 'prefix', schema: 'public', prefix: 'orders_', owner: 'boss' },
      users: { isolation: 'prefix', schema: 'public', prefix: 'users_', owner: 'boss' },
    };
    expect(grants(catalogOf(shared), { grants: [['orders', 'read']] }, domains)).toEqual([
      'select on table public.orders_items',
      'usage on schema public',
    ]);
  });

  it('`all` knows MAINTAIN from 17 on, and gives no CREATE on the schema', () => {
    const all = (version: number) => grants(catalogOf(auth, version), { grants: [['auth', 'all']] });
    expect(all(160000)).not.toContain('maintain on table auth.users');
    expect(all(170000)).toContain('maintain on table auth.users');
    expect(all(180000).filter((name) => name.startsWith('create'))).toEqual([]);
    expect(grants(catalogOf(auth), { grants: [['auth', 'usage', 'create']] })).toEqual([
      'create on schema auth',
      'usage on schema auth',
    ]);
  });

  it('an insert brings the sequences that it draws from', () => {
    const nextval = entry({ kind: 'default', schema: 'auth', table: 'users', name: 'email' });
    const sequence = (name: string) => entry({ kind: 'sequence', schema: 'auth', name });
    const entries = [
      ...auth,
      column('auth', 'users', 'n', { generation: 'always' }),
      nextval,
      ...['by_default', 'by_serial', 'alone'].map(sequence),
      ownedBy('auth', 'by_serial', 'users', 'id'),
    ];
    const edge: Edge = {
      dependent: keyOf(nextval.id),
      referenced: keyOf({ kind: 'sequence', schema: 'auth', name: 'by_default' }),
      type: 'normal',
    };
    const of = catalogOf(entries, 180000, [edge]);
    const sequences = (role: RoleInShort, domains?: Record<string, DomainInShort>) =>
      grants(of, role, domains).filter((name) => name.includes('sequence auth.'));
    expect(sequences({ grants: [['auth.users', 'append']] })).toEqual([
      'usage on sequence auth.by_default',
      'usage on sequence auth.by_serial',
    ]);
    expect(sequences({ grants: [['auth', 'append']] }, { auth: {} })).toEqual([
      'usage on sequence auth.by_default',
      'usage on sequence auth.by_serial',
    ]);
    // With an owner its future sequences are granted, so those that are there are too.
    expect(sequences({ grants: [['auth', 'append']] })).toContain('usage on sequence auth.alone');
    expect(sequences({ grants: [['auth', 'read']] })).toEqual([]);
  });

  it('columns: of the table, and of the partitions that carry its grants', () => {
    expect(grants(catalogOf(auth), { grants: [['auth.users(id, nosuch)', 'read']] })).toEqual([
      'select on column auth.users.id',
      'usage on schema auth',
    ]);
  });

  it('partitions carry their parent’s grants unless their set says otherwise', () => {
    const set = (policy: 'parent' | 'none') => ({
      auth: {
        partitions: [
          {
            table: 'log',
            by: 'at',
            every: { count: 1, unit: 'month' as const },
            premake: 0,
            name: '',
            timezone: 'UTC',
            default: false,
            grants: policy,
            path: [],
          },
        ],
      },
    });
    const of = catalogOf([
      schema('auth'),
      table('auth', 'log', 'partitioned'),
      table('auth', 'log_1'),
      partition('auth', 'log_1', 'log'),
    ]);
    const tables = (on: string, policy: 'parent' | 'none') =>
      grants(of, { grants: [[on, 'read']] }, set(policy)).filter((name) => name.includes('log'));
    const both = ['select on table auth.log', 'select on table auth.log_1'];
    expect(tables('auth', 'parent')).toEqual(both);
    expect(tables('auth.log', 'parent')).toEqual(both);
    expect(tables('auth', 'none')).toEqual(['select on table auth.log']);
    expect(tables('auth.log', 'none')).toEqual(['select on table auth.log']);
  });

  it('leaves alone what is unmanaged, what is ours, and other databases', () => {
    const history = table('auth', 'dbctl_migrations');
    expect(grants(catalogOf([...auth, history]), { grants: [['auth', 'read']] }).join()).not.toContain(
      'dbctl',
    );
    expect(grants(catalogOf(auth), { grants: [['auth', 'read']] }, { auth: { database: 'other' } })).toEqual(
      [],
    );
    const manifest = manifestOf({
      domains: { auth: {} },
      roles: { rdsadmin: { grants: [['auth', 'read']] } },
      unmanaged: { roles: ['rds*'] },
    });
    const named = resolve(manifest, catalogOf(auth), 'main').map(({ id }) => nameOf(id));
    expect(named.filter((name) => name.includes('rdsadmin'))).toEqual([]);
  });

  it('membership options that the manifest leaves to the server are null, and all are before 16', () => {
    const manifest = manifestOf({
      domains: {},
      roles: { app: {}, a: { memberOf: ['app'] }, b: { memberOf: [{ role: 'app', inherit: false }] } },
    });
    const options = (version: number) =>
      resolve(manifest, catalogOf([], version), 'main')
        .filter(({ id }) => id.kind === 'membership')
        .map(({ attrs }) => attrs['inherit']);
    expect(options(180000)).toEqual([null, false]);
    expect(options(150000)).toEqual([null, null]);
  });

  it('an owner holds everything on what is its own, and PUBLIC the use of types', () => {
    const type = entry({ kind: 'enum', schema: 'auth', name: 'status' });
    const named = resolve(
      manifestOf({ domains: { auth: { owner: 'boss' } }, roles: { boss: {} } }),
      catalogOf([...auth, type]),
      'main',
    ).map(({ id }) => keyOf(id) as string);
    expect(named).toContain('owner:table auth.users');
    expect(named).toContain('owner:enum auth.status');
    expect(named).toContain('grant:create on schema auth to boss');
    expect(named).toContain('grant:maintain on table auth.users to boss');
    expect(named).toContain('grant:usage on enum auth.status to public');
  });
});
