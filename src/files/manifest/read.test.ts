/** Whatever stands in a manifest: it is read, or every problem is told at its place; nothing else is thrown, nothing secret shown. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { KnownError, type Problem } from '../../core/model/problem.ts';
import { readManifest } from './read.ts';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'dbctl-read-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const secret = 'geheim-4711';
const env = { OWNER: secret, DATABASE_URL: `postgresql://app:${secret}@db.internal/shop` };

/** Something under every key that there is. */
const rich = {
  version: 1,
  name: 'shop',
  migrations: 'migrations',
  online: false,
  databases: { main: { url: '${DATABASE_URL}' }, reports: {} },
  boundaries: { foreignKeys: 'declared', views: 'allow', functions: 'forbid' },
  domains: {
    tenants: {
      description: 'Customers',
      owner: 'shop_admin',
      sql: [],
      outbox: true,
      tables: { tenants: { columns: { id: 'uuid primary key' } } },
    },
    auth: {
      tables: {
        users: {
          comment: 'People',
          columns: {
            id: 'uuid primary key',
            tenant_id: 'uuid not null',
            email: { type: 'text', comment: 'Unique' },
          },
          constraints: { users_email: 'unique (email)' },
          indexes: { users_tenant: '(tenant_id)' },
        },
      },
      crossings: [
        { from: 'users.tenant_id', to: 'tenants.tenants.id', as: 'foreign-key', onDelete: 'cascade' },
        { from: 'overview', to: 'tenants.tenants', as: 'view', until: '2027-06-30', reason: 'a report' },
      ],
      references: [{ from: 'users.tenant_id', to: 'tenants.tenants.id', grace: '24 hours' }],
    },
    metrics: {
      partitions: { requests: { by: 'created_at', every: '1 month', premake: 2, retain: '13 months' } },
      copies: [{ column: 'requests.email', of: 'auth.users.email', kind: 'snapshot' }],
    },
    payments: { isolation: 'external', engine: 'mongodb' },
    app: { kind: 'infrastructure', sharedWith: ['auth', 'metrics'], isolation: 'prefix', prefix: 'app_' },
  },
  roles: {
    shop_admin: {},
    shop_app: {
      grants: [
        { on: ['tenants', 'auth'], privileges: 'read-write' },
        { on: 'auth.users(id, email)', privileges: ['select'], grantOption: true },
        { on: { sequences: 'metrics' }, privileges: ['usage'], future: false },
      ],
    },
    gateway: {
      login: true,
      memberOf: ['shop_app', { role: 'shop_admin', admin: true }],
      password: { env: 'PW' },
      settings: { statement_timeout: '30s' },
    },
  },
  public: [{ on: { schema: 'app' }, privileges: ['usage'] }],
  unmanaged: { roles: ['rds*'], schemas: ['cron'], otherRoles: 'report' },
  lint: {
    rules: { 'boundary/view': 'off' },
    waivers: [
      { rule: 'boundary/*', subject: 'auth.overview', owner: 'me', reason: 'it goes', until: '2027-01-31' },
    ],
  },
};

let count = 0;
async function problemsOf(text: string): Promise<readonly Problem[]> {
  const file = join(folder, `${(count += 1)}.yaml`);
  await writeFile(file, text);
  try {
    await readManifest(file, env, '2026-11-21');
    return [];
  } catch (error) {
    if (error instanceof KnownError && error.status === 2) return error.problems;
    throw error;
  } finally {
    await rm(file);
  }
}

type Path = readonly (string | number)[];
function* pathsOf(value: unknown, path: Path = []): Generator<Path> {
  if (path.length > 0) yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value))
    yield* pathsOf((value as Record<string, unknown>)[key], [
      ...path,
      Array.isArray(value) ? Number(key) : key,
    ]);
}
const paths = [...pathsOf(rich)];
const slip = (text: string, at: number) => {
  const place = at % text.length;
  return `${text.slice(0, place)}${text.slice(place + 1)}${text[place]!}`;
};

/** @returns a copy that is changed at one path. */
function changed(
  data: unknown,
  path: Path,
  change: (holder: Record<string | number, unknown>) => void,
): unknown {
  const copy = structuredClone(data);
  let holder = copy;
  for (const step of path.slice(0, -1)) {
    if (typeof holder !== 'object' || holder === null) return copy;
    holder = (holder as Record<string | number, unknown>)[step];
  }
  if (typeof holder === 'object' && holder !== null) change(holder as Record<string | number, unknown>);
  return copy;
}

const strange = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    1.5,
    '',
    [],
    {},
    [null],
    { a: 1 },
    '${UNSET}',
    '${OWNER}',
    'constructor',
  ),
  fc.string({ maxLength: 12 }),
);
const mutation = fc.record({
  path: fc.constantFrom(...paths),
  how: fc.constantFrom('delete', 'value', 'slip in the value', 'slip in the key'),
  value: strange,
  at: fc.nat(20),
});

describe('the manifest reader', () => {
  it('reads the manifest that the others are made of', async () => {
    expect(await problemsOf(stringify(rich))).toEqual([]);
  });

  it('throws nothing but problems, each with place, frame and advice, and shows no secret', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
        let data: unknown = rich;
        for (const { path, how, value, at } of mutations)
          data = changed(data, path, (holder) => {
            const last = path.at(-1)!;
            const old = holder[last];
            if (how === 'delete') delete holder[last];
            else if (how === 'value') holder[last] = value;
            else if (how === 'slip in the value' && typeof old === 'string' && old !== '')
              holder[last] = slip(old, at);
            else if (how === 'slip in the key' && typeof last === 'string' && !Array.isArray(holder)) {
              delete holder[last];
              holder[slip(last, at)] = old;
            }
          });
        const problems = await problemsOf(stringify(data));
        for (const { message, help, location, frame } of problems) {
          expect(message).not.toBe('');
          expect(help).toMatch(/^[A-Z`]/);
          expect(location).toBeDefined();
          expect(frame).toContain('> ');
        }
        expect(JSON.stringify(problems)).not.toContain(secret);
      }),
      { numRuns: 300 },
    );
  });

  it('tells a slip in any key once, and nothing that only follows from it', async () => {
    const keys = paths.filter(
      (path) => typeof path.at(-1) === 'string' && String(path.at(-1)).length > 4 && !named(path),
    );
    for (const path of keys) {
      const last = String(path.at(-1));
      const wrong = `${last.slice(0, 2)}${last[3]}${last[2]}${last.slice(4)}`;
      if (wrong === last) continue;
      const data = changed(rich, path, (holder) => {
        holder[wrong] = holder[last];
        delete holder[last];
      });
      const problems = await problemsOf(stringify(data));
      expect([path.join('.'), problems.map(({ message }) => message)]).toEqual([
        path.join('.'),
        [`unknown key \`${wrong}\` — did you mean \`${last}\`?`],
      ]);
    }
  });
});

/** Whether the last step is a name that the user chose. */
function named(path: Path): boolean {
  const chosen = [
    'databases',
    'domains',
    'roles',
    'tables',
    'columns',
    'constraints',
    'indexes',
    'partitions',
  ];
  return [...chosen, 'settings', 'rules'].includes(String(path.at(-2)));
}
