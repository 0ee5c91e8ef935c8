/** pg_dump, the peer: the machine's own where there is one, else the one that npm has as WASM. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Address } from '../../src/db/connect.ts';
import { majors, type Major } from '../../test/support/servers.ts';
import { pgDump } from '../../test/support/pg-dump.ts';

export interface Peer {
  /** For people: which pg_dump, and of which kind. */
  readonly name: string;
  /** The newest server that it dumps, and we read. */
  readonly major: Major;
  /** `--schema-only`. @returns milliseconds. */
  readonly dump: (address: Address) => Promise<number>;
}

/** @returns `PG_DUMP` of the environment, or the newest native pg_dump that is found, or the WASM one. */
export function findPeer(): Peer {
  const installed = '/usr/lib/postgresql';
  const versions = existsSync(installed) ? readdirSync(installed).sort((a, b) => Number(b) - Number(a)) : [];
  const given = process.env['PG_DUMP'];
  const candidates =
    given !== undefined
      ? [given]
      : [...versions.map((each) => join(installed, each, 'bin/pg_dump')), 'pg_dump'];
  for (const program of candidates) {
    const version = /\(PostgreSQL\) (\d+)(\.\d+)?/.exec(
      spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout ?? '',
    );
    const major = majors.findLast((each) => each <= Number(version?.[1]));
    if (major !== undefined)
      return {
        name: `native pg_dump ${version![1]}${version![2] ?? ''}`,
        major,
        dump: (address) => native(program, address),
      };
  }
  if (given !== undefined) throw new Error(`PG_DUMP is ${given}, which is no pg_dump of 15 or newer`);
  return { name: 'pg_dump 18 as WASM: no native one is found', major: 18, dump: wasm };
}

async function native(program: string, { host, port, user, password, database }: Address): Promise<number> {
  const began = performance.now();
  const { status, stderr } = spawnSync(
    program,
    ['--schema-only', '--file=/dev/null', '-h', host, '-p', String(port), '-U', user, database],
    {
      encoding: 'utf8',
      env: { ...process.env, PGPASSWORD: password ?? '' },
    },
  );
  if (status !== 0) throw new Error(`pg_dump failed: ${stderr}`);
  return performance.now() - began;
}

async function wasm(address: Address): Promise<number> {
  const began = performance.now();
  await pgDump(address);
  return performance.now() - began;
}
