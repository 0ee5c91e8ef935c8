import { domainOf } from '../../manifest/domain-of.ts';
import { isHistoryTable } from '../../manifest/history-table.ts';
import { isUnmanagedSchema } from '../../manifest/unmanaged.ts';
import { entriesOf, find } from '../../model/catalog.ts';
import type { Rule } from '../../model/finding.ts';
import { nameOf } from '../../model/id.ts';
import { identifier } from '../../../sql/quote.ts';
import type { LiveInput } from '../input.ts';

export const unclaimed: Rule<LiveInput> = {
  name: 'boundary/unclaimed',
  severity: 'warning',
  summary: 'a table lies where no domain claims it',
  why: 'Nobody owns it, so everybody uses it, and no boundary protects it.',
  *check({ manifest, database, live }) {
    for (const { id } of entriesOf(live, 'table')) {
      if (isUnmanagedSchema(manifest, id.schema) || isHistoryTable(id)) continue;
      if (domainOf(manifest, database, id) !== undefined) continue;
      // A partition goes where its table goes.
      if (find(live, { kind: 'partition', schema: id.schema, name: id.name }) !== undefined) continue;
      yield {
        domain: null,
        subject: nameOf(id),
        message: `no domain claims table ${nameOf(id)}`,
        help: `Move it into a domain's schema (ALTER TABLE ${nameOf(id)} SET SCHEMA …), declare a domain for it, or list ${identifier(id.schema)} under unmanaged.schemas.`,
      };
    }
  },
};
