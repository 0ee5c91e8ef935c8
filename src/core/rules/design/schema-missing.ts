import { domainsIn } from '../../manifest/domain-of.ts';
import { find } from '../../model/catalog.ts';
import type { Entry } from '../../model/entry.ts';
import type { Rule } from '../../model/finding.ts';
import type { SchemaId } from '../../model/id.ts';
import { identifier } from '../../../sql/quote.ts';
import { sqlToCreate } from '../fix.ts';
import type { LiveInput } from '../input.ts';

export const schemaMissing: Rule<LiveInput> = {
  name: 'design/schema-missing',
  severity: 'error',
  summary: 'a domain of the manifest has no schema in the database',
  why: 'Nothing of the domain is there: neither its tables nor anybody’s privileges.',
  *check({ manifest, database, live }) {
    const told = new Set<string>();
    for (const { name, schema, owner } of domainsIn(manifest, database)) {
      const id: SchemaId = { kind: 'schema', name: schema };
      if (find(live, id) !== undefined || told.has(schema)) continue;
      told.add(schema);
      const entries: Entry[] = [{ id, attrs: {} }];
      if (owner !== undefined && find(live, { kind: 'role', name: owner }) !== undefined)
        entries.push({ id: { kind: 'owner', on: id }, attrs: { role: owner } });
      yield {
        domain: name,
        subject: identifier(schema),
        message: `domain ${name} has no schema: ${identifier(schema)} does not exist`,
        help: 'Run dbctl migrate; if no migration makes it, dbctl generate first.',
        fix: sqlToCreate(entries, live),
        path: ['domains', name],
      };
    }
  },
};
