// Where Docker runs: the reference system on a server in a container, reached over TCP as a real one is.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execFile } from 'node:child_process';
import { PostgreSqlContainer, type StartedPostgreSqlContainer } from '@testcontainers/postgresql';
import { Wait } from 'testcontainers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const docker = process.env['DOCKER_HOST'] !== undefined || existsSync('/var/run/docker.sock');
const program = fileURLToPath(new URL('../../bin/dbctl.js', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

describe.skipIf(!docker)('the reference system on PostgreSQL in a container', () => {
  let container: StartedPostgreSqlContainer;
  beforeAll(async () => {
    container = await new PostgreSqlContainer(process.env['DBCTL_TEST_IMAGE'] ?? 'postgres:15')
      .withWaitStrategy(Wait.forListeningPorts())
      .start();
  }, 300_000);
  afterAll(async () => {
    await container?.stop();
  });

  const dbctl = (...args: string[]) =>
    new Promise<{ status: number; stdout: string; stderr: string }>((done) => {
      const env = { ...process.env, DATABASE_URL: container.getConnectionUri() };
      execFile(process.execPath, [program, '-C', root, ...args], { env }, (error, stdout, stderr) =>
        done({ status: error === null ? 0 : Number(error.code), stdout, stderr }),
      );
    });

  it('migrates, is clean, and is taken back to nothing', async () => {
    const migrated = await dbctl('migrate');
    expect(migrated, migrated.stderr).toMatchObject({ status: 0 });
    const linted = await dbctl('lint', '--live');
    expect(linted, linted.stdout + linted.stderr).toMatchObject({ status: 0 });
    expect(await dbctl('status')).toMatchObject({ status: 0 });
    const back = await dbctl('rollback', '--to', '0');
    expect(back, back.stderr).toMatchObject({ status: 0 });
    expect(await dbctl('status')).toMatchObject({ status: 1 });
  });
});
