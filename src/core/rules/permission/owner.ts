import { owningColumn } from '../../manifest/resolve/domain-objects.ts';
import { toldWith } from '../../kinds/identity-privileges.ts';
import { find, wholeOf } from '../../model/catalog.ts';
import type { Entry } from '../../model/entry.ts';
import type { Rule } from '../../model/finding.ts';
import { type ObjectId, keyOf, nameOf } from '../../model/id.ts';
import { identifier } from '../../../sql/quote.ts';
import { sqlToCreate } from '../fix.ts';
import { groupBy } from '../group-by.ts';
import type { LiveInput } from '../input.ts';
import { counted, grantedOn, listOf } from '../wording.ts';
import { exists, roleMayGo, standingOf } from './who.ts';

function ownGrants(input: LiveInput, objects: readonly ObjectId[], role: string): Entry[] {
  const keys = new Set(objects.map(keyOf));
  return [...input.expected.unsettled()].flatMap(({ entry, because }) =>
    entry.id.kind === 'grant' &&
    entry.id.to === role &&
    (because.as === 'grant' || because.as === 'migrations') &&
    [wholeOf(input.live, entry.id.on), toldWith(entry), tableOf(input, entry.id.on)].some(
      (on) => on !== undefined && keys.has(keyOf(on)),
    )
      ? [entry]
      : [],
  );
}

/** The table whose owner is a serial column's sequence's too. */
function tableOf({ live }: LiveInput, on: ObjectId): ObjectId | undefined {
  const column = on.kind === 'sequence' ? owningColumn(live, on) : undefined;
  return column && { kind: 'table', schema: column.schema, name: column.table };
}

export const owner: Rule<LiveInput> = {
  name: 'permission/owner',
  severity: 'error',
  summary: 'an object belongs to another role than its domain’s owner',
  why: 'An owner may do anything with its object and give it away; and the declared owner can neither alter it nor migrate it.',
  *check(input) {
    const wrong: { entry: Entry & { id: { kind: 'owner' } }; domain: string; is: string }[] = [];
    for (const { entry, because } of input.expected.unsettled()) {
      const { id } = entry;
      if (id.kind !== 'owner' || because.as !== 'owner' || !exists(input, entry.attrs['role'] as string))
        continue;
      const is = find(input.live, id)?.attrs['role'];
      if (typeof is === 'string' && is !== entry.attrs['role'])
        wrong.push({ entry: { ...entry, id }, domain: because.domain, is });
    }
    for (const group of groupBy(wrong, ({ domain, is }) => `${domain}\0${is}`)) {
      const { domain, entry, is } = group[0]!;
      const should = identifier(entry.attrs['role'] as string);
      const objects = group.map((each) => each.entry.id.on);
      // A serial column's sequence cannot be given away: it follows its table.
      const given = group.filter(
        ({ entry: { id } }) => id.on.kind !== 'sequence' || owningColumn(input.live, id.on) === undefined,
      );
      const { schema } = input.manifest.domains.get(domain)!;
      yield {
        domain,
        subject: objects.length === 1 ? nameOf(objects[0]!) : identifier(schema),
        discriminator: identifier(is),
        message:
          objects.length === 1
            ? `${grantedOn(objects[0]!)} belongs to ${identifier(is)}, not to ${should}, the domain's owner`
            : `${counted(objects.length, 'object')} of domain ${domain} belong to ${identifier(is)}, not to ${should}, the domain's owner: ${listOf(objects.map(grantedOn))}`,
        help: `Give ${objects.length === 1 ? 'it' : 'them'} to ${should}, or declare another owner.${standingOf(input, is) === 'other' ? roleMayGo(input, is, entry.attrs['role'] as string) : ''}`,
        consequence: `${identifier(is)} may do anything with ${objects.length === 1 ? 'it' : 'them'}, drop, alter and grant, and so may its members; ${should} may not`,
        fix: [
          ...sqlToCreate(
            given.map((each) => each.entry),
            input.live,
          ),
          // What the wrong owner was granted became one with what it owns, and goes with that.
          ...sqlToCreate(ownGrants(input, objects, is), input.live),
        ],
        path: ['domains', domain, 'owner'],
      };
    }
  },
};
