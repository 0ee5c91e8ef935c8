import { edgeIndex } from '../../model/catalog.ts';
import type { Rule } from '../../model/finding.ts';
import { type Key, keyOf, nameOf, objectOf } from '../../model/id.ts';
import { identifier } from '../../../sql/quote.ts';
import type { LiveInput } from '../input.ts';
import { counted, listOf } from '../wording.ts';
import { dependencies, verdictOn } from './dependency.ts';

export const dropCascade: Rule<LiveInput> = {
  name: 'boundary/drop-cascade',
  severity: 'info',
  summary: 'dropping a domain’s schema with CASCADE would take another domain’s objects with it, undeclared',
  why: 'A rollback or an extraction of the one domain then destroys part of the other, without a word.',
  *check(input) {
    const { byReferenced } = edgeIndex(input.live);
    const lost = new Map<
      string,
      { readonly domain: string; readonly names: Set<string>; readonly domains: Set<string> }
    >();
    for (const dependency of dependencies(input)) {
      const { as, dependent, from, to } = dependency;
      // A foreign key goes with what it references, but no object goes with it.
      if (to === undefined || as === 'foreign-key') continue;
      const verdict = verdictOn(dependency, input);
      if (verdict.is === 'accepted' || verdict.is === 'declared') continue;
      const item = lost.get(to.schema) ?? { domain: to.name, names: new Set(), domains: new Set() };
      lost.set(to.schema, item);
      item.domains.add(from.name);
      const follow = (key: Key): void => {
        const id = input.live.entries.get(key)?.id;
        if (id === undefined || item.names.has(nameOf(id))) return;
        item.names.add(nameOf(id));
        for (const edge of byReferenced.get(key) ?? []) {
          const next = input.live.entries.get(edge.dependent)?.id;
          if (next !== undefined && objectOf(next) === next) follow(edge.dependent);
        }
      };
      follow(keyOf(dependent.id));
    }
    for (const [schema, { domain, names, domains }] of lost) {
      const taken = [...names].sort();
      yield {
        domain,
        subject: identifier(schema),
        message: `DROP SCHEMA ${identifier(schema)} CASCADE would take ${listOf(taken)} with it: ${counted(taken.length, 'object')} of ${listOf([...domains].sort())}`,
        help: `Drop or rewrite ${taken.length === 1 ? 'it' : 'them'} first, or declare the crossing, so that both domains know.`,
      };
    }
  },
};
