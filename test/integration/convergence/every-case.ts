/** One file a major, for vitest to run two at a time. */
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type Way, converge } from '../../support/convergence.ts';
import { corpusCases } from '../../support/corpus.ts';
import { type Major, describeMajor, majors } from '../../support/servers.ts';

export function describeEveryCase(major: Major): void {
  describeMajor(major, 'every case of the corpus converges', (server) => {
    const cases = corpusCases();
    it('has cases, and a file for every major', () => {
      expect(cases.length).toBeGreaterThan(20);
      const files = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.test.ts'));
      expect(files.sort()).toEqual(majors.map((each) => `${each}.test.ts`));
    });

    // Between the oldest and the newest each case goes one way on the one major, and the other way on the other.
    const isMiddle = major === 16 || major === 17;
    const both: readonly Way[] = ['before → after', 'after → before'];
    for (const [at, each] of cases.entries()) {
      if (major < each.since) continue;
      const ways = isMiddle ? [both[(at + major) % 2]!] : both;
      it(`${each.name}: ${ways.join(', ')}`, () => converge(server(), each, ways));
    }
  });
}
