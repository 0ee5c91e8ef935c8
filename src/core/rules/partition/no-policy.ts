import type { TableAttributes } from '../../kinds/table.ts';
import { domainOf } from '../../manifest/domain-of.ts';
import { entriesOf, find } from '../../model/catalog.ts';
import type { Rule } from '../../model/finding.ts';
import { nameOf } from '../../model/id.ts';
import { keyTypeOf } from '../../partitions/bound.ts';
import { keyColumn, keyColumnType } from '../../partitions/partitioned-table.ts';
import type { LiveInput } from '../input.ts';

export const noPolicy: Rule<LiveInput> = {
  name: 'partition/no-policy',
  severity: 'info',
  summary: 'a table is partitioned by time, and no partition set says which partitions it needs',
  why: 'Nobody makes its next partition, and the day after the last one inserts fail.',
  *check({ manifest, database, live }) {
    for (const { id, attrs } of entriesOf<'table', TableAttributes>(live, 'table')) {
      const by = keyColumn(attrs.partitionKey);
      const domain = domainOf(manifest, database, id);
      if (by === null || domain === undefined || domain.partitions.some(({ table }) => table === id.name))
        continue;
      if (find(live, { kind: 'partition', schema: id.schema, name: id.name }) !== undefined) continue;
      if (keyTypeOf(keyColumnType(live, id, by) ?? '') === undefined) continue;
      yield {
        domain: domain.name,
        subject: nameOf(id),
        message: `${nameOf(id)} is partitioned by ${by}, and no partition set covers it`,
        help: `Declare it under domains.${domain.name}.partitions: ${id.name}: { by: ${by}, every: 1 month, premake: 3, name: "${id.name}_{yyyy}_{mm}" }`,
      };
    }
  },
};
