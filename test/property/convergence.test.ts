import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedOfCommit } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/servers.ts';
import { runPairs } from './run.ts';

// `DBCTL_SEED` repeats a run (each commit has one of its own), `DBCTL_PAIRS` makes it longer or shorter, `DBCTL_PAIR` picks one, whose failure is reduced.
const seed = Number(process.env['DBCTL_SEED'] ?? seedOfCommit());
const asked = Number(process.env['DBCTL_PAIRS'] ?? 500);
const only = process.env['DBCTL_PAIR'];
/** Of the pairs: of about 4,300 over fresh seeds five failed, and were mended. */
const tolerated = 0.004;

describe.each([
  { major: 18, pairs: asked },
  { major: 15, pairs: Math.ceil(asked / 5) },
] as const)('random databases, PostgreSQL $major', ({ major, pairs }) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(major);
  });
  afterAll(async () => {
    await server.stop();
  });

  it(`converge, Up and Down: ${pairs} pairs, seed ${seed}`, { timeout: 1_200_000 }, async () => {
    const run = await runPairs(server, {
      seed,
      pairs,
      // A failure is reduced when it is asked for alone.
      budget: only === undefined ? 0 : 120_000,
      most: 10,
      ...(only === undefined ? {} : { only: Number(only) }),
    });
    const lines = [...run.covered].sort(([, a], [, b]) => b - a).map(([what, count]) => `${what} ${count}`);
    console.log(
      [
        `PostgreSQL ${major}, DBCTL_SEED=${seed}: ${run.held} of ${pairs} pairs held to the end, ${run.stoppedByRows} stopped at rows as told`,
        `${run.statements} statements planned; ${run.refused.length} of ${run.loaded} generated ones refused by the server`,
        `changes: ${lines.join(', ')}`,
        ...run.failures.map((text) => `failed: ${text.split('\n', 1)[0]!.slice(0, 400)}`),
      ].join('\n'),
    );
    // Each is a fault of the program, and told; so many are known to be left.
    expect(run.failures.length, run.failures.join('\n\n')).toBeLessThanOrEqual(
      only === undefined ? pairs * tolerated : 0,
    );
    expect(run.refused.length / Math.max(1, run.loaded)).toBeLessThan(only === undefined ? 0.1 : 1);
  });
});
