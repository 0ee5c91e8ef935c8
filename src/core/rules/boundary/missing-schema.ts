import { domainsIn } from '../../manifest/domain-of.ts';
import { find } from '../../model/catalog.ts';
import type { Rule } from '../../model/finding.ts';
import type { SchemaId } from '../../model/id.ts';
import { identifier } from '../../../sql/quote.ts';
import type { LiveInput } from '../input.ts';

export const missingSchema: Rule<LiveInput> = {
  name: 'boundary/missing-schema',
  severity: 'error',
  summary: 'a domain has no schema in its database',
  why: 'Nothing of the domain is there, and whoever needs it finds nothing or the wrong thing.',
  *check({ manifest, database, live }) {
    for (const { name, schema } of domainsIn(manifest, database)) {
      const id: SchemaId = { kind: 'schema', name: schema };
      if (find(live, id) !== undefined) continue;
      yield {
        domain: name,
        subject: identifier(schema),
        message: `domain ${name} has no schema ${identifier(schema)} in the database`,
        help: 'Run dbctl generate and dbctl migrate.',
      };
    }
  },
};
