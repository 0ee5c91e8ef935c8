import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Catalog, edgeIndex, entriesOf } from '../../src/core/model/catalog.ts';
import type { Key } from '../../src/core/model/id.ts';
import type { Connection } from '../../src/db/connect.ts';
import { introspect, introspectRecorded, introspectionOf } from '../../src/db/introspect/introspect.ts';
import { replaying } from '../../src/db/introspect/recorded.ts';
import { filled } from '../support/convergence.ts';
import { describeEachMajor } from '../support/servers.ts';

const grown = (name: string) =>
  readFileSync(new URL(`../../fixtures/grown/${name}.sql`, import.meta.url), 'utf8');

const whole = ({ entries, edges, notAnalysed, serverVersion }: Catalog) => ({
  entries: [...entries],
  edges: edges.map(({ dependent, referenced, type }) => `${dependent} ${type} ${referenced}`).sort(),
  notAnalysed,
  serverVersion,
});

describeEachMajor('an introspection', (server) => {
  let connection: Connection;
  beforeAll(async () => {
    connection = await filled(await server().createDatabase(), `${grown('roles')};${grown('database')}`);
  });
  afterAll(() => connection.close());

  test('that was recorded is read again without the database', async () => {
    const plain = await introspect(connection, 'it');
    const { catalog, recorded } = await introspectRecorded(connection, 'it');
    const read = await introspectionOf(JSON.parse(JSON.stringify(recorded)) as typeof recorded, 'it');
    expect(whole(catalog)).toEqual(whole(plain));
    expect(whole(read)).toEqual(whole(plain));
  });

  test('tells the same whether it is asked for all at once or for one thing after the other', async () => {
    const { recorded } = await introspectRecorded(connection, 'it');
    const again = () => introspectionOf(recorded, 'it');
    const { entries, edges } = await again();
    const to = new Map<Key, Set<string>>();
    for (const { dependent, referenced, type } of edges)
      to.set(referenced, (to.get(referenced) ?? new Set()).add(`${dependent} ${type}`));
    expect(entries.size).toBeGreaterThan(100);
    for (const [key, { attrs }] of entries) {
      const one = await again();
      expect(one.entries.get(key)?.attrs).toEqual(attrs);
      const dependents = edgeIndex(one).byReferenced.get(key) ?? [];
      expect(new Set(dependents.map(({ dependent, type }) => `${dependent} ${type}`))).toEqual(
        to.get(key) ?? new Set(),
      );
    }
  });

  test('lists all of a kind, whatever was asked for before', async () => {
    const { recorded } = await introspectRecorded(connection, 'it');
    const { entries } = await introspectionOf(recorded, 'it');
    const kinds = [...new Set([...entries.values()].map(({ id }) => id.kind))];
    for (const kind of kinds) {
      const one = await introspectionOf(recorded, 'it');
      expect([...entriesOf(one, 'table')].length).toBeGreaterThan(1);
      const [key] = [...entries].findLast(([, { id }]) => id.kind === kind)!;
      expect(one.entries.has(key)).toBe(true);
      const wanted = [...entries.values()].filter(({ id }) => id.kind === kind);
      expect([...entriesOf(one, kind)].map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
      // All are open now.
      expect(one.entries.size).toBe(entries.size);
      for (const other of kinds)
        expect([...entriesOf(one, other)].length).toBe(
          [...entries.values()].filter(({ id }) => id.kind === other).length,
        );
    }
  });
});

describe('a recording', () => {
  test('of other queries than are asked fails', async () => {
    const sql = replaying({ serverVersion: 180000, answers: {} });
    await expect((async () => sql`select ${1}`)()).rejects.toThrow('lacks an answer');
  });
});
