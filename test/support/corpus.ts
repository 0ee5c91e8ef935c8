/** The cases of the corpus: `before.sql` and `after.sql` in a folder of each. */
import { readFileSync, readdirSync } from 'node:fs';

export interface CorpusCase {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  /** The first major that knows it: it begins with `-- PostgreSQL 17 and later`; 0 for all. */
  readonly since: number;
}

const corpus = new URL('../../fixtures/corpus/', import.meta.url);

/** @returns every case, by name. */
export function corpusCases(): readonly CorpusCase[] {
  return readdirSync(corpus).map((name) => {
    const read = (side: string) => readFileSync(new URL(`${name}/${side}.sql`, corpus), 'utf8');
    const before = read('before');
    const since = Number(/^-- PostgreSQL (\d+) and later\n/.exec(before)?.[1] ?? 0);
    return { name, before, after: read('after'), since };
  });
}
