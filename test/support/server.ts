/** Real servers for tests: one throw-away cluster per test file and major, closed when the file is through; a database per test. */
import { randomBytes } from 'node:crypto';
import { afterAll } from 'vitest';
import { type Connection, connect } from '../../src/db/connect.ts';
import { type ThrowAwayCluster, openThrowAway } from '../../src/db/server/throw-away.ts';

const clusters = new Map<number, Promise<ThrowAwayCluster>>();
afterAll(async () => {
  await Promise.allSettled([...clusters.values()].map(async (cluster) => (await cluster).close()));
});

/** @returns the file's server of that major version. */
export async function serverOf(major = 18): Promise<ThrowAwayCluster> {
  let cluster = clusters.get(major);
  if (cluster === undefined) clusters.set(major, (cluster = openThrowAway({ major })));
  return cluster;
}

/** Runs `use` on a database of its own, made for it and dropped after it. Roles are the server's: drop your own. */
export async function withDatabase<T>(use: (connection: Connection) => Promise<T>, major = 18): Promise<T> {
  const server = await serverOf(major);
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = await connect(server.address('postgres'));
  try {
    await admin.sql.unsafe(`create database ${name}`);
    const connection = await connect(server.address(name));
    try {
      return await use(connection);
    } finally {
      await connection.close();
      await admin.sql.unsafe(`drop database ${name} with (force)`);
    }
  } finally {
    await admin.close();
  }
}
