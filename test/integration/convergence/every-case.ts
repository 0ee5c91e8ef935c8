/** One file a major, for vitest to run two at a time. */
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { converge } from '../../support/convergence.ts';
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
    const ways = cases.flatMap(({ name, before, after, since }, at) => {
      const both = [
        { name, way: 'before → after', from: before, to: after },
        { name, way: 'after → before', from: after, to: before },
      ];
      if (major < since) return [];
      return isMiddle ? [both[(at + major) % 2]!] : both;
    });
    for (const { name, way, from, to } of ways) it(`${name}: ${way}`, () => converge(server(), from, to));
  });
}
