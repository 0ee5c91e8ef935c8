/** DROP INDEX → CONCURRENTLY: it waits for those who use it instead of keeping everybody out. */
import { keyOf } from '../../model/id.ts';
import { qualified } from '../../../sql/quote.ts';
import { type Rewriting, attributeOf } from './rewriting.ts';

export const dropIndex: Rewriting = {
  rewrite({ about, statement }, sides) {
    if (about.kind !== 'index' || !statement.sql.startsWith('DROP INDEX ')) return undefined;
    const table = sides.from.entries.get(keyOf(about))?.attrs['table'];
    if (typeof table !== 'string') return undefined;
    const { schema } = about;
    // PostgreSQL drops a partitioned index only at once.
    if (attributeOf(sides, { kind: 'table', schema, name: table }, 'kind') === 'partitioned')
      return undefined;
    const name = qualified(schema, about.name);
    return [
      {
        // Begun anew, it may be gone.
        sql: `DROP INDEX CONCURRENTLY IF EXISTS ${name}`,
        locks: [
          { mode: 'SHARE UPDATE EXCLUSIVE', relation: qualified(schema, table) },
          { mode: 'SHARE UPDATE EXCLUSIVE', relation: name },
        ],
        outside: true,
        completes: true,
      },
    ];
  },
};
