/**
 * fixtures/manifests/broken: each folder is a manifest with faults, and expected.json says which, where, and what is
 * advised: all of them, no more. fixtures/manifests/valid: manifests without a fault.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KnownError, type Problem } from '../../src/core/model/problem.ts';
import { findManifest } from '../../src/files/manifest/find.ts';
import { readManifest } from '../../src/files/manifest/read.ts';

/** One fault that a manifest has. */
interface Expected {
  /** From the fixture's folder. */
  readonly file: string;
  readonly line: number;
  readonly messageIncludes: readonly string[];
  readonly helpIncludes: string;
}

const broken = 'fixtures/manifests/broken';
const today = '2026-11-21';
/** What the fixtures call a secret: no output may show it. */
const secret = 'hunter2-secret';
const cases = (await readdir(broken)).sort();

async function problemsOf(folder: string): Promise<readonly Problem[]> {
  const file = ['dbctl.yaml', 'dbctl.json'].map((name) => join(folder, name)).find(existsSync)!;
  const found = await findManifest(join(process.cwd(), folder), join(process.cwd(), file));
  try {
    await readManifest(found!, {}, today);
    return [];
  } catch (error) {
    if (error instanceof KnownError && error.status === 2) return error.problems;
    throw error;
  }
}

describe('broken manifests', () => {
  it('are forty and more', () => expect(cases.length).toBeGreaterThanOrEqual(40));

  it.each(cases)('%s: every fault at its place, with what to write instead', async (name) => {
    const folder = join(broken, name);
    const expected = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')) as Expected[];
    const problems = await problemsOf(folder);
    const shown = problems.map(({ location, message, help }) => ({
      file: location && relative(folder, location.file).split(sep).join('/'),
      line: location?.line,
      message,
      help,
    }));
    expect(shown).toHaveLength(expected.length);
    for (const [at, { file, line, messageIncludes, helpIncludes }] of expected.entries()) {
      expect(shown[at]).toMatchObject({ file, line });
      for (const part of messageIncludes) expect(shown[at]!.message).toContain(part);
      expect(shown[at]!.help).toContain(helpIncludes);
      expect(shown[at]!.help).toMatch(/^[A-Z]/);
      expect(problems[at]!.frame).toMatch(new RegExp(`^> +${line} \\|`, 'm'));
    }
    expect(JSON.stringify(problems)).not.toContain(secret);
  });
});

describe('valid manifests', () => {
  const read = (name: string, env = {}) =>
    readManifest(join(process.cwd(), 'fixtures/manifests/valid', name, 'dbctl.yaml'), env, today);

  it("the contract's example means what it says", async () => {
    const { manifest, warnings, locate } = await read('design', {
      DATABASE_URL: 'postgresql://app@db.internal/llmproxy',
    });
    expect(warnings).toEqual([]);
    expect(manifest.databases.get('main')?.url).toBe('postgresql://app@db.internal/llmproxy');
    expect(manifest.boundaries).toMatchObject({
      foreignKeys: 'declared',
      functions: 'forbid',
      // Not written: what crosses is declared.
      triggers: 'declared',
    });
    const { tenants, auth, metrics, payments, quotas } = Object.fromEntries(manifest.domains);
    expect(tenants).toMatchObject({ schema: 'tenants', owner: 'llmproxy_admin', sql: ['tenants/*.sql'] });
    expect(tenants!.tables[0]!.columns.map(({ name, definition }) => [name, definition])).toEqual([
      ['id', 'uuid primary key default gen_random_uuid()'],
      ['slug', 'varchar(100) not null unique'],
      ['settings', "jsonb not null default '{}'"],
    ]);
    expect(auth).toMatchObject({
      outbox: true,
      inbox: false,
      crossings: [
        { from: 'users.tenant_id', to: 'tenants.tenants.id', onDelete: 'cascade', until: '2099-06-30' },
      ],
      references: [{ from: 'roles.tenant_id', grace: '24 hours' }],
    });
    expect(metrics!.partitions).toMatchObject([
      {
        by: 'created_at',
        every: { count: 1, unit: 'month' },
        premake: 3,
        retain: { count: 13, unit: 'month' },
      },
    ]);
    expect(payments).toMatchObject({ isolation: 'external', engine: 'mongodb' });
    // What a file says of its domain, it says from its own folder.
    expect(quotas!.sqlBase).toBe(join(process.cwd(), 'fixtures/manifests/valid/design/domains/quotas'));
    const { llmproxy_app: app, llmproxy_gateway: gateway } = Object.fromEntries(manifest.roles);
    expect(app!.grants.map(({ targets, privileges }) => [targets.length, privileges])).toEqual([
      [4, ['read-write']],
      [1, ['select', 'insert']],
    ]);
    expect(gateway).toMatchObject({ login: true, passwordEnv: 'GATEWAY_PASSWORD', connectionLimit: 50 });
    expect(locate(['domains', 'metrics', 'partitions', 'llm_requests', 'every'])).toMatchObject({ line: 38 });
  });

  it('without DATABASE_URL the database is the embedded one', async () => {
    expect((await read('design')).manifest.databases.get('main')).toEqual({ name: 'main' });
  });
});
