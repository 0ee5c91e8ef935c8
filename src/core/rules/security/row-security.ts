import type { TableAttributes } from '../../kinds/table.ts';
import { domainOf, domainsIn } from '../../manifest/domain-of.ts';
import { securedTables } from '../../manifest/row-security.ts';
import { qualified } from '../../../sql/quote.ts';
import { entriesOf, find } from '../../model/catalog.ts';
import type { Found, Rule } from '../../model/finding.ts';
import { nameOf } from '../../model/id.ts';
import { sqlToAlter } from '../fix.ts';
import type { LiveInput } from '../input.ts';

export const rowSecurity: Rule<LiveInput> = {
  name: 'security/row-security',
  severity: 'error',
  summary: 'a table has no row security though the manifest wants it',
  why: 'Without it no policy is asked: whoever holds SELECT sees every row.',
  *check(input) {
    const { manifest, database, live } = input;
    const isSecured = securedTables(manifest, database);
    for (const { id, attrs } of entriesOf<'table', TableAttributes>(live, 'table')) {
      if (!isSecured(id) || attrs.rowSecurity) continue;
      const after = { ...attrs, rowSecurity: true };
      yield {
        domain: domainOf(manifest, database, id)!.name,
        subject: nameOf(id),
        message: `row security is off on ${nameOf(id)}, which the manifest wants it on`,
        help: 'Run `dbctl generate`, or turn it on by hand; without a policy nobody but the owner sees a row then.',
        fix: sqlToAlter({ id, attrs: { ...attrs } }, { id, attrs: { ...after } }, live),
      };
    }
    yield* missing(input);
  },
};

/** What is named, and no pattern, is a table: else it was misspelt, and the one that was meant is open. */
function* missing({ manifest, database, live }: LiveInput): Generator<Found> {
  for (const { name: domain, schema, prefix = '', rowSecurity: names } of domainsIn(manifest, database))
    for (const name of names) {
      if (/[*?]/.test(name) || find(live, { kind: 'table', schema, name }) !== undefined) continue;
      const subject = qualified(schema, name);
      yield {
        domain,
        subject,
        message: `the manifest wants row security on ${subject}, which is no table`,
        help: `Write a table of domain ${domain}${prefix === '' ? '' : ` (with its prefix ${prefix})`}, or a pattern.`,
      };
    }
}
