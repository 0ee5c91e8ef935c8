import { expect, it } from 'vitest';
import { plan } from '../../src/core/plan/plan.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { filled } from '../support/convergence.ts';
import { describeEachMajor } from '../support/servers.ts';

describeEachMajor('a table that joins a parent, or leaves it', (server) => {
  it('is refused from 18, where NOT NULL is the parent’s alone', async () => {
    const parent = 'create table p (id int not null);';
    const from = await filled(await server().createDatabase(), `${parent} create table c (id int not null)`);
    const to = await filled(
      await server().createDatabase(),
      `${parent} create table c (id int) inherits (p)`,
    );
    try {
      const [apart, joined] = [await introspect(from), await introspect(to)];
      const refused = [plan.bind(null, apart, joined), plan.bind(null, joined, apart)].map((steps) => {
        try {
          steps({ domainOf: () => 'all' });
          return '';
        } catch (error) {
          return (error as Error).message;
        }
      });
      const message =
        apart.serverVersion < 180000 ? /^$/ : /^NOT NULL of public\.c\.id is that of public\.p alone/;
      for (const each of refused) expect(each).toMatch(message);
    } finally {
      await from.close();
      await to.close();
    }
  });
});
