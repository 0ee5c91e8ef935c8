/** Publications. Their tables and schemas are entries of their own. */
import { identifier, literal } from '../../sql/quote.ts';
import { type PublicationId, keyOf } from '../model/id.ts';
import { draft, type Kind } from './kind.ts';
import { objectClause } from './object.ts';

export type PublicationAttributes = {
  readonly allTables: boolean;
  /** In the manual's order: insert, update, delete, truncate. */
  readonly operations: readonly string[];
  readonly viaPartitionRoot: boolean;
  /** From 18. */
  readonly generatedColumns: 'none' | 'stored';
};

/** What CREATE PUBLICATION makes when told nothing. */
const usual: PublicationAttributes = {
  allTables: false,
  operations: ['insert', 'update', 'delete', 'truncate'],
  viaPartitionRoot: false,
  generatedColumns: 'none',
};

/** @returns what must be said for one to become the other. */
function parameters(before: PublicationAttributes, after: PublicationAttributes): string[] {
  const publish = after.operations.join(', ');
  return [
    ...(before.operations.join(', ') === publish ? [] : [`publish = ${literal(publish)}`]),
    ...(before.viaPartitionRoot === after.viaPartitionRoot
      ? []
      : [`publish_via_partition_root = ${after.viaPartitionRoot}`]),
    ...(before.generatedColumns === after.generatedColumns
      ? []
      : [`publish_generated_columns = ${after.generatedColumns}`]),
  ];
}

export const publication: Kind<PublicationId, PublicationAttributes> = {
  name: 'publication',
  rank: 80,
  references: () => [],
  create({ id, attrs }) {
    const all = attrs.allTables ? ' FOR ALL TABLES' : '';
    const said = parameters(usual, attrs);
    const options = said.length === 0 ? '' : ` WITH (${said.join(', ')})`;
    return [draft(`CREATE PUBLICATION ${identifier(id.name)}${all}${options}`, { produces: [keyOf(id)] })];
  },
  drop: ({ id }) => [draft(`DROP ${objectClause(id)}`, { destroys: [keyOf(id)] })],
  alter(changes, before, { id, attrs }) {
    if (changes.some(({ attr }) => attr === 'allTables')) return 'replace';
    const said = parameters(before.attrs, attrs);
    return [draft(`ALTER ${objectClause(id)} SET (${said.join(', ')})`, { produces: [keyOf(id)] })];
  },
};
