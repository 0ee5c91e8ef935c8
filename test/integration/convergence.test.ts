import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { converge } from '../support/convergence.ts';
import { describeEachMajor } from '../support/servers.ts';

const corpus = new URL('../../fixtures/corpus/', import.meta.url);
const cases = readdirSync(corpus);

describeEachMajor('every case of the corpus converges, both ways', (server) => {
  it('has cases', () => expect(cases.length).toBeGreaterThan(20));

  for (const name of cases) {
    const read = (side: string) => readFileSync(new URL(`${name}/${side}.sql`, corpus), 'utf8');
    it(`${name}: before → after`, () => converge(server(), read('before'), read('after')));
    it(`${name}: after → before`, () => converge(server(), read('after'), read('before')));
  }
});
