import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { converge } from '../support/convergence.ts';
import { describeEachMajor } from '../support/servers.ts';

const corpus = new URL('../../fixtures/corpus/', import.meta.url);
const cases = readdirSync(corpus);

describeEachMajor('every case of the corpus converges, both ways', (server, major) => {
  it('has cases', () => expect(cases.length).toBeGreaterThan(20));

  for (const name of cases) {
    const read = (side: string) => readFileSync(new URL(`${name}/${side}.sql`, corpus), 'utf8');
    // A case that older servers do not know begins with `-- PostgreSQL 17 and later`.
    const since = Number(/^-- PostgreSQL (\d+) and later\n/.exec(read('before'))?.[1] ?? 0);
    if (major < since) continue;
    it(`${name}: before → after`, () => converge(server(), read('before'), read('after')));
    it(`${name}: after → before`, () => converge(server(), read('after'), read('before')));
  }
});
