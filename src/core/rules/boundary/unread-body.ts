import { domainOf } from '../../manifest/domain-of.ts';
import { nameOf } from '../../model/id.ts';
import type { Rule } from '../../model/finding.ts';
import type { LiveInput } from '../input.ts';

export const unreadBody: Rule<LiveInput> = {
  name: 'boundary/unread-body',
  severity: 'info',
  summary: 'what a function uses cannot be read from its body',
  why: 'SQL that is put together at run time may reach into any domain, and no rule sees it.',
  *check({ manifest, database, uses }) {
    for (const { function: id, why } of uses.unknown) {
      const domain = domainOf(manifest, database, id);
      if (domain === undefined) continue;
      yield {
        domain: domain.name,
        subject: nameOf(id),
        message: `what ${nameOf(id)} uses is not known: ${why}`,
        help: 'Read it by hand, or write its statements out, with the names in them.',
      };
    }
  },
};
