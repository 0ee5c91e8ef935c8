import { parentOf, rootOf } from '../../manifest/resolve/domain-objects.ts';
import type { GrantReason } from '../../manifest/resolve/expected.ts';
import type { DefaultPrivilegeAttributes } from '../../kinds/default-privilege.ts';
import { entriesOf, find, wholeOf } from '../../model/catalog.ts';
import type { Entry } from '../../model/entry.ts';
import type { Found, Rule } from '../../model/finding.ts';
import { type DefaultPrivilegeId, type GrantId, type TableId, keyOf, nameOf } from '../../model/id.ts';
import { identifier } from '../../../sql/quote.ts';
import { sqlToCreate, sqlToDrop } from '../fix.ts';
import { groupBy } from '../group-by.ts';
import type { LiveInput } from '../input.ts';
import { counted, describeFuture, describeGrants, granteeName, listOf, subjectOf } from '../wording.ts';
import { lostBy } from './consequence.ts';
import { lost } from './lost.ts';
import { exists } from './who.ts';

interface Wanted {
  readonly id: GrantId | DefaultPrivilegeId;
  readonly entry: Entry;
  readonly because: GrantReason;
}

export const missing: Rule<LiveInput> = {
  name: 'permission/missing',
  severity: 'error',
  summary: 'a role lacks a privilege that the manifest grants',
  why: 'What works for the owner fails for the application, at the first statement that needs it.',
  *check(input) {
    const wanted = [...wantedBy(input)];
    const lacking = new Set(wanted.filter((each) => lacks(input, each)));
    const take = (group: readonly Wanted[]) => group.filter((each) => lacking.delete(each));

    // A declaration of which nothing was applied is one fact, on however many tables.
    for (const group of groupBy(wanted, byDeclaration)) {
      const onObjects = group.filter(({ id }) => id.kind === 'grant' && id.on.kind !== 'schema');
      const isLacking = onObjects.length > 0 && onObjects.every((each) => lacking.has(each));
      if (isLacking && !isGrantedElsewhere(input, group[0]!)) yield lack(input, take(group));
    }
    // So is an object that was made without the grants of its neighbours: for all roles together.
    const bare = groupBy(
      wanted.filter(({ id }) => id.kind === 'grant' && id.on.kind !== 'schema'),
      ({ id }) => keyOf(wholeOf(input.live, (id as GrantId).on)),
    ).filter((group) => group.every((each) => lacking.has(each)));
    for (const group of groupBy(bare.flat(), (each) => rootKey(input, each)))
      yield bareObject(input, take(group));

    for (const group of groupBy([...lacking], byDeclaration)) yield lack(input, group);
    yield* lost(input);
  },
};

/** Whether a declaration has given something to what is as it is wanted. */
const isGrantedElsewhere = ({ settled }: LiveInput, wanted: Wanted): boolean =>
  [...settled.granted].some(
    (because) => because.to === wanted.because.to && byDeclaration({ because }) === byDeclaration(wanted),
  );

/** What was declared by a grant, for roles and schemas that exist: what is missing for want of them is told by other rules. */
function* wantedBy(input: LiveInput): Generator<Wanted> {
  for (const { entry, because } of input.expected.unsettled()) {
    const { id } = entry;
    if (because.as !== 'grant' || !exists(input, because.to)) continue;
    if (id.kind === 'grant') yield { id, entry, because };
    else if (
      id.kind === 'default-privilege' &&
      exists(input, id.role) &&
      find(input.live, { kind: 'schema', name: id.schema! }) !== undefined
    )
      yield { id, entry, because };
  }
}

function lacks({ live, access }: LiveInput, { id, entry }: Wanted): boolean {
  const held =
    find(live, id) ??
    // An owner's own on the sequence of an identity column goes without saying.
    (id.kind === 'grant' && id.on.kind === 'sequence'
      ? access.aclOf(id.on).get(id.privilege)?.get(id.to)
      : undefined);
  if (held !== undefined) return entry.attrs['grantable'] === true && held.attrs.grantable !== true;
  // USAGE comes with a grant on tables: it is as good from PUBLIC.
  return !(id.kind === 'grant' && id.on.kind === 'schema' && access.holds('public', id.privilege, id.on));
}

const byDeclaration = ({ because }: Pick<Wanted, 'because'>): string =>
  JSON.stringify([because.to, because.domain, because.path]);

/** Partitions by the table on top; everything else by itself. */
function rootKey(input: LiveInput, { id }: Wanted): string {
  const relation = wholeOf(input.live, (id as GrantId).on);
  return keyOf(relation.kind === 'table' ? rootOf(input.live, relation) : relation);
}

function lack(input: LiveInput, group: readonly Wanted[]): Found {
  const { live } = input;
  const { to, domain, path } = group[0]!.because;
  const absent = group.filter(({ id }) => find(live, id) === undefined);
  const grants = grantsOf(absent);
  const future = absent.flatMap(({ id }) => (id.kind === 'default-privilege' ? [id] : []));
  const notGrantable = grantsOf(group.filter((each) => !absent.includes(each)));
  const parts = [
    ...(grants.length === 0 ? [] : [`lacks ${describeGrants(grants, live.serverVersion)}`]),
    ...(future.length === 0 ? [] : [`will lack ${describeFuture(future)}`]),
    ...(notGrantable.length === 0
      ? []
      : [`may not pass on ${describeGrants(notGrantable, live.serverVersion)}`]),
  ];
  const elsewhere = future.flatMap((id) => ofOtherCreators(input, id));
  const creators = [...new Set(elsewhere.map(({ id }) => identifier((id as DefaultPrivilegeId).role)))];
  return {
    domain,
    subject: subjectOf(grants.length + notGrantable.length > 0 ? [...grants, ...notGrantable] : future),
    discriminator: discriminator(group),
    message: `${granteeName(to)} ${parts.join(', and ')}${creators.length === 0 ? '' : `; it is bound to what ${listOf(creators)} makes`}`,
    consequence: grants.length === 0 ? undefined : lostBy(input, grants),
    help: 'Grant it, or take it out of the manifest.',
    fix: [...fixFor(input, group), ...sqlToDrop(elsewhere, live)],
    path,
  };
}

/** The same default privileges, bound to a role that is not the one that makes things there. */
function ofOtherCreators({ live, expected }: LiveInput, wanted: DefaultPrivilegeId): Entry[] {
  return [...entriesOf<'default-privilege', DefaultPrivilegeAttributes>(live, 'default-privilege')]
    .filter(
      ({ id, attrs }) =>
        attrs.withheld !== true &&
        !expected.has(keyOf(id)) &&
        keyOf({ ...id, role: wanted.role }) === keyOf(wanted),
    )
    .map(({ id, attrs }) => ({ id, attrs: { ...attrs } }));
}

function bareObject(input: LiveInput, group: readonly Wanted[]): Found {
  const grants = grantsOf(group);
  const objects = groupBy(grants, ({ on }) => keyOf(wholeOf(input.live, on))).map(([first]) =>
    wholeOf(input.live, first!.on),
  );
  const [first] = objects as [TableId];
  const parent = first.kind === 'table' ? parentOf(input.live, first) : undefined;
  const names = objects.map(nameOf);
  const who = groupBy(group, ({ because }) => because.to).map((one) => {
    const privileges = [...new Set(grantsOf(one).map(({ privilege }) => privilege))];
    return `${granteeName(one[0]!.because.to)} lacks ${privileges.join(', ')}`;
  });
  const what =
    parent === undefined
      ? `${names[0]} has none of the grants that the manifest gives`
      : objects.length === 1
        ? `${names[0]}, a partition of ${nameOf(parent)}, has no grants of its own`
        : `${counted(objects.length, 'partition')} of ${nameOf(parent)} have no grants of their own (${listOf(names)})`;
  const consequence = parent === undefined ? '' : ', except through the parent';
  return {
    domain: group[0]!.because.domain,
    subject: objects.length === 1 ? names[0]! : nameOf(parent ?? first),
    discriminator: 'no grants',
    message: `${what}: ${who.join('; ')}${consequence}`,
    consequence:
      groupBy(grants, ({ to }) => to)
        .flatMap((ids) => (parent === undefined ? (lostBy(input, ids) ?? []) : []))
        .join('; ') || undefined,
    help: 'Grant what the manifest gives, or take it out of the manifest.',
    fix: fixFor(input, group),
    path: group[0]!.because.path,
  };
}

const grantsOf = (group: readonly Wanted[]): GrantId[] =>
  group.flatMap(({ id }) => (id.kind === 'grant' ? [id] : []));

const fixFor = ({ live }: LiveInput, group: readonly Wanted[]): string[] =>
  sqlToCreate(
    group.map(({ entry }) => entry),
    live,
  );

/** Two declarations for one role may lack different things on one object. */
function discriminator(group: readonly Wanted[]): string {
  const what = group.map(({ id }) => `${id.kind === 'grant' ? '' : 'future '}${id.privilege}`);
  return `${identifier(group[0]!.because.to)}: ${[...new Set(what)].sort().join(', ')}`;
}
