import { domainsIn } from '../../manifest/domain-of.ts';
import { find } from '../../model/catalog.ts';
import type { CrossingKind } from '../../manifest/manifest.ts';
import type { Rule } from '../../model/finding.ts';
import { qualified } from '../../../sql/quote.ts';
import type { LiveInput } from '../input.ts';
import { declares, dependencies } from './dependency.ts';
import { dotted } from './dotted.ts';

/** Channels whose crossings the introspection finds; of others nobody can say that they are missing. */
const seen: ReadonlySet<CrossingKind> = new Set([
  'foreign-key',
  'view',
  'trigger',
  'policy',
  'default',
  'type',
  'inheritance',
]);

export const declaredMissing: Rule<LiveInput> = {
  name: 'boundary/declared-missing',
  severity: 'info',
  summary: 'a crossing is declared, and the database has none such',
  why: 'A permission that nobody uses is one that somebody will use unasked.',
  *check(input) {
    const { manifest, database, live } = input;
    for (const domain of domainsIn(manifest, database)) {
      // A domain that is not migrated yet lacks everything: that is told once, elsewhere.
      if (find(live, { kind: 'schema', name: domain.schema }) === undefined) continue;
      for (const crossing of domain.crossings) {
        if (!seen.has(crossing.as)) continue;
        const exists = dependencies(input).some(
          (dependency) => dependency.from === domain && declares(crossing, dependency),
        );
        if (exists) continue;
        yield {
          domain: domain.name,
          subject: qualified(domain.schema, ...dotted(crossing.from)),
          discriminator: `${crossing.as} ${crossing.to}`,
          message: `domain ${domain.name} declares ${crossing.from} → ${crossing.to} as ${crossing.as}, and the database has no such crossing`,
          help: 'Take the declaration out, or run dbctl migrate if the crossing is still to come.',
          path: crossing.path,
        };
      }
    }
  },
};
