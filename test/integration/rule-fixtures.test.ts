/**
 * fixtures/rules/<group>/<rule>: good.sql is without the fault, bad.sql brings it and says what is to be found
 * (`-- finds <rule> <subject>`), and what the findings say, or fix.sql where they give no SQL, takes it away.
 */
import { usesOf } from '../../src/core/bodies/uses.ts';
import { readFile, readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { liveInput } from '../../src/core/rules/input.ts';
import { liveRules } from '../../src/core/rules/index.ts';
import { runRules } from '../../src/core/rules/run.ts';
import type { Finding } from '../../src/core/model/finding.ts';
import type { Connection } from '../../src/db/connect.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { readManifest } from '../../src/files/manifest/read.ts';
import { serverHere, withDatabase } from '../support/servers.ts';

const folder = 'fixtures/rules';
const now = new Date('2025-06-15T12:00:00Z');
const groups = await readdir(folder);
const cases = (
  await Promise.all(
    groups.map(async (group) => (await readdir(join(folder, group))).map((rule) => `${group}/${rule}`)),
  )
).flat();

describe('rules', () => {
  const server = serverHere();
  it.each(cases)('%s: good, bad, mended', async (rule) => {
    const file = (name: string) => join(folder, rule, name);
    const read = async (name: string) => (existsSync(file(name)) ? readFile(file(name), 'utf8') : '');
    const bad = await read('bad.sql');
    const wanted = [...bad.matchAll(/^-- finds (\S+) (\S+)$/gm)].map(
      ([, name, subject]) => `${name} ${subject}`,
    );
    expect(wanted.some((each) => each.startsWith(`${rule} `))).toBe(true);
    await withDatabase(server(), async (connection) => {
      const lint = () => findings(connection, file('dbctl.yaml'));
      await connection.sql.unsafe(await read('good.sql'));
      const before = await lint();
      expect(before.filter((finding) => finding.rule === rule)).toEqual([]);
      const known = new Set(before.map(({ fingerprint }) => fingerprint));
      const fresh = async () => (await lint()).filter(({ fingerprint }) => !known.has(fingerprint));

      await connection.sql.unsafe(bad);
      const found = await fresh();
      expect(found.map(({ rule: name, subject }) => `${name} ${subject}`).sort()).toEqual(wanted.sort());
      expect(found.filter(({ help }) => !/^[A-Z][a-z]+ .*/s.test(help))).toEqual([]);

      for (const { fix } of found) for (const statement of fix) await connection.sql.unsafe(statement);
      await connection.sql.unsafe(await read('fix.sql'));
      expect(await fresh()).toEqual([]);
    });
  });
});

async function findings(connection: Connection, manifestFile: string): Promise<Finding[]> {
  // Read on a day when what expires in between still holds: the manifest's own check is not what is tested here.
  const { manifest, warnings } = await readManifest(manifestFile, {}, '2020-01-01');
  expect(warnings).toEqual([]);
  const live = await introspect(connection);
  const groupsHere = new Set(groups);
  const rules = liveRules.filter(({ name }) => groupsHere.has(name.split('/')[0]!));
  return runRules(
    rules,
    liveInput({ manifest, database: 'main', live, uses: await usesOf(live), now }),
    manifest.lint,
    '2025-06-15',
  );
}
