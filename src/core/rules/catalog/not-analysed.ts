import { domainsIn } from '../../manifest/domain-of.ts';
import { isUnmanagedSchema } from '../../manifest/unmanaged.ts';
import type { Rule } from '../../model/finding.ts';
import type { LiveInput } from '../input.ts';

export const notAnalysed: Rule<LiveInput> = {
  name: 'catalog/not-analysed',
  severity: 'info',
  summary: 'an object is of a kind that dbctl does not know yet',
  why: 'What is not looked at is not proven: the other rules say nothing about it.',
  *check({ manifest, database, live }) {
    for (const { object, schema, why } of live.notAnalysed) {
      if (schema !== null && isUnmanagedSchema(manifest, schema)) continue;
      const domains = domainsIn(manifest, database).filter((domain) => domain.schema === schema);
      yield {
        domain: domains.length === 1 ? domains[0]!.name : null,
        subject: object,
        message: `${object} is not checked: ${why}`,
        help: 'Check by hand what it reads and who may use it.',
      };
    }
  },
};
