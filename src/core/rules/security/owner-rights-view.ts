import type { ViewAttributes } from '../../kinds/view.ts';
import { domainOf } from '../../manifest/domain-of.ts';
import { edgeIndex, entriesOf, find } from '../../model/catalog.ts';
import type { EntryOf } from '../../model/entry.ts';
import type { Found, Rule } from '../../model/finding.ts';
import { type TableId, type ViewId, keyOf, nameOf, objectOf } from '../../model/id.ts';
import { identifier } from '../../../sql/quote.ts';
import { sqlToAlter } from '../fix.ts';
import type { LiveInput } from '../input.ts';
import { listOf } from '../wording.ts';
import { standingOf } from '../permission/who.ts';

type View = EntryOf<'view', ViewAttributes>;
type Relation = TableId | ViewId;

export const ownerRightsView: Rule<LiveInput> = {
  name: 'security/owner-rights-view',
  severity: 'warning',
  summary: 'a view reads another domain’s tables with its owner’s rights',
  why: 'Whoever may read the view reads those tables through it, whatever the grants on them say.',
  *check(input) {
    for (const view of entriesOf<'view', ViewAttributes>(input.live, 'view')) {
      const domain = domainOf(input.manifest, input.database, view.id);
      if (domain === undefined || hasInvokerRights(view)) continue;
      const reads = readsOf(input, view.id).filter((relation) => {
        const other = domainOf(input.manifest, input.database, relation);
        return other !== undefined && other !== domain;
      });
      if (reads.length > 0) yield { ...judge(input, view, reads), domain: domain.name };
    }
  },
};

/** From 15 on. PostgreSQL keeps the option as it was written. */
const hasInvokerRights = ({ attrs }: View): boolean =>
  attrs.options.some((option) => /^security_invoker=(true|on|yes|1)$/i.test(option));

function judge(input: LiveInput, view: View, reads: readonly Relation[]): Omit<Found, 'domain'> {
  const { access, live } = input;
  const owner = access.ownerOf(view.id);
  const readers = [...entriesOf(live, 'role')]
    .map(({ id }) => id.name)
    .filter(
      (role) =>
        role !== owner &&
        standingOf(input, role) !== 'unmanaged' &&
        !access.isSuperuser(role) &&
        access.reaches(role, view.id) &&
        access.holds(role, 'select', view.id),
    );
  const without = (role: string): Relation[] =>
    reads.filter((relation) => !access.reaches(role, relation) || !access.holds(role, 'select', relation));
  const beyond = readers.filter((role) => without(role).length > 0);
  const names = listOf(reads.map(nameOf));
  const rights = owner === undefined ? "its owner's rights" : `the rights of ${identifier(owner)}`;
  const through =
    beyond.length > 0
      ? `${listOf(beyond.map(identifier))} ${beyond.length === 1 ? 'reads' : 'read'} there what ${beyond.length === 1 ? 'it holds' : 'they hold'} no privilege on (${listOf(reads.filter((relation) => beyond.some((role) => without(role).includes(relation))).map(nameOf))})`
      : readers.length > 0
        ? `${listOf(readers.map(identifier))} ${readers.length === 1 ? 'reads' : 'read'} through it, whatever ${readers.length === 1 ? 'its' : 'their'} own privileges become`
        : 'whoever is granted it will read through it';
  const kept = view.attrs.options.filter((option) => !option.startsWith('security_invoker='));
  const after = { ...view.attrs, options: [...kept, 'security_invoker=true'].sort() };
  return {
    subject: nameOf(view.id),
    // As long as every reader could read the tables itself, nothing has leaked.
    severity: beyond.length > 0 ? 'warning' : 'info',
    message: `view ${nameOf(view.id)} reads ${names} with ${rights}: ${through}`,
    help: 'Set security_invoker on the view, so that its readers need privileges of their own on what it reads.',
    fix: sqlToAlter({ id: view.id, attrs: { ...view.attrs } }, { id: view.id, attrs: { ...after } }, live),
  };
}

/** What a view reads: tables and views, and through views of its own domain what those read with it. */
function readsOf(input: LiveInput, view: ViewId): Relation[] {
  const { live, manifest, database } = input;
  const { byDependent } = edgeIndex(live);
  const domain = domainOf(manifest, database, view);
  const reads = new Map<string, Relation>();
  const views = new Set<ViewId>([view]);
  for (const each of views)
    for (const { referenced } of byDependent.get(keyOf(each)) ?? []) {
      const id = live.entries.get(referenced)?.id;
      const object = id === undefined ? undefined : objectOf(id);
      if (object === undefined || (object.kind !== 'table' && object.kind !== 'view')) continue;
      const relation =
        find(live, { ...object, kind: 'view' }) === undefined ? object : { ...object, kind: 'view' as const };
      if (keyOf(relation) === keyOf(view) || reads.has(keyOf(relation))) continue;
      reads.set(keyOf(relation), relation);
      if (relation.kind === 'view' && domainOf(manifest, database, relation) === domain) views.add(relation);
    }
  return [...reads.values()].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}
