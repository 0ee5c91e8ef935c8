import { givenOf } from '../../access/acl.ts';
import type { DefaultPrivilegeAttributes } from '../../kinds/default-privilege.ts';
import { domainOf, domainsIn } from '../../manifest/domain-of.ts';
import { isUnmanagedSchema } from '../../manifest/unmanaged.ts';
import { entriesOf, find, wholeOf } from '../../model/catalog.ts';
import type { Entry } from '../../model/entry.ts';
import type { Found, Rule } from '../../model/finding.ts';
import { type DefaultPrivilegeId, type GrantId, keyOf } from '../../model/id.ts';
import { identifier } from '../../../sql/quote.ts';
import { sqlToCreate, sqlToDrop } from '../fix.ts';
import { groupBy } from '../group-by.ts';
import type { LiveInput } from '../input.ts';
import { areServers, describeFuture, describeGrants, granteeName, listOf, subjectOf } from '../wording.ts';
import { isMigrations } from './applied.ts';
import { gainedBy } from './consequence.ts';
import { type LiveGrant, isHistorys, liveGrants } from './live-grants.ts';
import { passedOn, revokeGrantOption, revoke } from './revoke.ts';
import { followsFromDeclared, foreseenFor } from './tolerated.ts';
import { helpAboutOther, severityFor, standingOf } from './who.ts';

export const unexpected: Rule<LiveInput> = {
  name: 'permission/unexpected',
  severity: 'error',
  summary: 'somebody holds a privilege that the manifest does not grant',
  why: 'A privilege that nobody decided on is one that nobody takes away again.',
  *check(input) {
    const stray: LiveGrant[] = [];
    const passable: LiveGrant[] = [];
    for (const each of liveGrants(input)) {
      const { id, attrs } = each.entry;
      const wanted = input.expected.get(keyOf(id))?.entry.attrs ?? followsFromDeclared(input, id);
      if (wanted === undefined) stray.push(each);
      else if (attrs.grantable && wanted['grantable'] !== true) passable.push(each);
    }
    const tables = relationCounts(input);
    // What a stray grant has passed on is a consequence of it, and goes with it.
    const options = [...stray, ...passable].filter(({ entry }) => entry.attrs.grantable);
    const roots = stray.filter((each) => !isPassedOnBy(input, each, options));
    for (const [all, tell] of [
      [roots, holds],
      [passable, passesOn],
    ] as const)
      for (const ofRole of groupBy(
        all,
        ({ entry, domain }) => `${entry.id.to}\0${domain?.name ?? ''}\0${isHistorys(entry.id)}`,
      ))
        for (const group of asGranted(input, ofRole, tables.get(ofRole[0]!.domain?.name ?? '') ?? 0))
          yield* tell(input, group);
    yield* future(input);
    yield* regained(input);
  },
};

/** @param options grant options that nobody is to have. @returns whether all of a grant comes of them. */
function isPassedOnBy(input: LiveInput, { entry }: LiveGrant, options: readonly LiveGrant[]): boolean {
  const given = givenOf(entry, input.access.ownerOf(entry.id.on));
  return given.every(({ grantor }) =>
    options.some(
      ({ entry: { id } }) =>
        id.to === grantor &&
        id.to !== entry.id.to &&
        id.privilege === entry.id.privilege &&
        keyOf(wholeOf(input.live, id.on)) === keyOf(wholeOf(input.live, entry.id.on)),
    ),
  );
}

/** What the migrations took of what an extension or the server came with, and is held again. */
function* regained(input: LiveInput): Generator<Found> {
  for (const { entry, because } of input.expected.unsettled()) {
    const { id } = entry;
    const isPromise = id.kind === 'default-privilege' && entry.attrs['withheld'] === true;
    if ((!isPromise && id.kind !== 'revoke') || find(input.live, id) !== undefined) continue;
    if (isPromise) yield* promised(input, id, entry);
    if (id.kind !== 'revoke') continue;
    const severity = severityFor(input, id.to);
    if (severity === undefined) continue;
    const grant: GrantId = { ...id, kind: 'grant' };
    yield {
      domain: because.as === 'migrations' ? because.domain : null,
      ofServer: areServers([grant]),
      subject: subjectOf([grant]),
      discriminator: `${identifier(id.to)}: ${id.privilege}`,
      message: `${granteeName(id.to)} holds ${describeGrants([grant], input.live.serverVersion)} again, which the applied migrations revoked`,
      consequence: gainedBy(input, [grant]),
      help: 'Revoke it, or bring the change into a migration.',
      severity,
      fix: sqlToCreate([entry], input.live),
    };
  }
}

/**
 * One GRANT, one finding. The same privileges on every table of a domain, or on more than three objects, are taken
 * for one GRANT … ON ALL TABLES; USAGE on the schema belongs to the one grant that it was made for.
 */
function asGranted(input: LiveInput, grants: readonly LiveGrant[], tables: number): LiveGrant[][] {
  const onSchema = grants.filter(({ entry }) => entry.id.on.kind === 'schema');
  const byObject = groupBy(
    grants.filter(({ entry }) => entry.id.on.kind !== 'schema'),
    ({ entry }) => keyOf(wholeOf(input.live, entry.id.on)),
  );
  const groups = groupBy(byObject, (object) =>
    JSON.stringify(
      object.map(({ entry: { id } }) => [id.privilege, id.on.kind === 'column' ? id.on.name : '']),
    ),
  ).flatMap((alike) =>
    alike.length > 3 || (alike.length > 1 && alike.length === tables) ? [alike.flat()] : alike,
  );
  if (onSchema.length === 0) return groups;
  const usageOnly = onSchema.every(({ entry }) => entry.id.privilege === 'usage');
  return usageOnly && groups.length === 1 ? [[...onSchema, ...groups[0]!]] : [...groups, onSchema];
}

/** How many tables and views each domain has. */
function relationCounts(input: LiveInput): ReadonlyMap<string, number> {
  return new Map([...input.objects].map(([name, { relations }]) => [name, relations.length]));
}

function* holds(input: LiveInput, group: readonly LiveGrant[]): Generator<Found> {
  const ids = group.map(({ entry }) => entry.id);
  const { to } = ids[0]!;
  const severity = severityFor(input, to);
  if (severity === undefined) return;
  const onObjects = ids.filter(({ on }) => on.kind !== 'schema');
  yield {
    domain: group[0]!.domain?.name ?? null,
    ofServer: areServers(ids),
    subject: subjectOf(onObjects.length > 0 ? onObjects : ids),
    discriminator: `${identifier(to)}: ${[...new Set(ids.map(({ privilege }) => privilege))].sort().join(', ')}`,
    message: `${granteeName(to)} holds ${describeGrants(ids, input.live.serverVersion)}, which ${grantsNot(input, ids)}${byOthers(input, group)}`,
    consequence: consequenceOf(input, group),
    help: ids.some(isHistorys)
      ? 'Revoke it: who writes a history decides what is taken for applied.'
      : helpFor(input, to, isMigrationsAlone(input, ids)),
    severity,
    fix: revoke(
      input,
      group.map(({ entry }) => entry),
    ),
    ...pathOf(input, to),
  };
}

function* passesOn(input: LiveInput, group: readonly LiveGrant[]): Generator<Found> {
  const ids = group.map(({ entry }) => entry.id);
  const { to } = ids[0]!;
  const severity = severityFor(input, to);
  if (severity === undefined) return;
  yield {
    domain: group[0]!.domain?.name ?? null,
    ofServer: areServers(ids),
    subject: subjectOf(ids),
    discriminator: `${identifier(to)}: grant option for ${[...new Set(ids.map(({ privilege }) => privilege))].sort().join(', ')}`,
    message: `${granteeName(to)} may pass on ${describeGrants(ids, input.live.serverVersion)}, which the manifest grants without that right`,
    consequence: passedOnInWords(input, group),
    help: isMigrationsAlone(input, ids)
      ? 'Take the grant option away, or bring it into a migration.'
      : 'Take the grant option away, or declare it: grantOption: true.',
    severity,
    fix: revokeGrantOption(
      input,
      group.map(({ entry }) => entry),
    ),
    ...pathOf(input, to),
  };
}

function consequenceOf(input: LiveInput, group: readonly LiveGrant[]): string | undefined {
  const ids = group.map(({ entry }) => entry.id);
  const parts = [gainedBy(input, ids), passedOnInWords(input, group)].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join('; ');
}

function passedOnInWords(input: LiveInput, group: readonly LiveGrant[]): string | undefined {
  const passed = group.flatMap(({ entry }) => passedOn(input, entry).map(({ id }) => id));
  if (passed.length === 0) return undefined;
  return `it has passed on ${groupBy(passed, ({ to }) => to)
    .map((some) => `${describeGrants(some, input.live.serverVersion)} to ${granteeName(some[0]!.to)}`)
    .join('; ')}`;
}

/** A privilege that new objects have by themselves, and were not to have. */
function* promised(input: LiveInput, id: DefaultPrivilegeId, entry: Entry): Generator<Found> {
  const severity = severityFor(input, id.to);
  if (severity === undefined) return;
  yield {
    domain: domainOf(input.manifest, input.database, id)?.name ?? null,
    subject: subjectOf([id]),
    discriminator: `future ${id.objects} of ${identifier(id.role)}, ${identifier(id.to)}`,
    message: `${granteeName(id.to)} will hold ${describeFuture([id])}, which the applied migrations revoked`,
    consequence: `nobody gains anything yet; with the next of them every role does${id.schema === null ? ', whatever is revoked in single schemas: that takes only what was granted there' : ''}`,
    help: 'Revoke it for all schemas, or bring the change into a migration.',
    severity,
    fix: sqlToCreate([entry], input.live),
  };
}

/** Who granted it, where that was not the owner. */
function byOthers(input: LiveInput, group: readonly LiveGrant[]): string {
  const grantors = new Set(
    group.flatMap(({ entry }) => {
      const owner = input.access.ownerOf(entry.id.on);
      return givenOf(entry, owner).flatMap(({ grantor }) => (grantor === (owner ?? '') ? [] : [grantor]));
    }),
  );
  return grantors.size === 0 ? '' : `; granted by ${listOf([...grantors].map(identifier))}`;
}

const grantsNot = (input: LiveInput, ids: readonly GrantId[]): string =>
  isMigrationsAlone(input, ids)
    ? 'neither the manifest nor the applied migrations grant'
    : 'the manifest does not grant';

/** Whether nothing of it can be declared: it is on the database, a server, what no domain has. */
const isMigrationsAlone = (input: LiveInput, ids: readonly GrantId[]): boolean =>
  input.applied !== undefined && ids.every(({ on }) => isMigrations(input, on));

/** Default privileges for the domains' schemas, and those of their owners for every schema. */
function* future(input: LiveInput): Generator<Found> {
  const { manifest, database, live } = input;
  const domains = domainsIn(manifest, database);
  const makesHere = (role: string) =>
    domains.some(
      ({ owner, schema }) =>
        owner === role || input.access.holds(role, 'create', { kind: 'schema', name: schema }),
    );
  // Elsewhere it is others' business, but for our own roles: as with privileges on what is there already.
  const isOurs = ({ role, schema, to }: DefaultPrivilegeId): boolean =>
    input.applied !== undefined &&
    !(schema !== null && isUnmanagedSchema(manifest, schema)) &&
    [role, to].some((each) => standingOf(input, each) === 'declared');
  const concerns = (id: DefaultPrivilegeId): boolean =>
    isOurs(id) ||
    (id.schema === null ? makesHere(id.role) : domains.some(({ schema }) => schema === id.schema));
  const stray: DefaultPrivilegeId[] = [];
  for (const { id, attrs } of entriesOf<'default-privilege', DefaultPrivilegeAttributes>(
    live,
    'default-privilege',
  ))
    if (
      attrs.withheld !== true &&
      concerns(id) &&
      id.to !== id.role &&
      !input.expected.has(keyOf(id)) &&
      !foreseenFor(input, id)
    )
      stray.push(id);
  for (const ids of groupBy(stray, ({ role, schema, to, objects }) =>
    JSON.stringify([role, schema, to, objects]),
  )) {
    const { to } = ids[0]!;
    const severity = severityFor(input, to);
    if (severity === undefined) continue;
    yield {
      domain: domainOf(manifest, database, ids[0]!)?.name ?? null,
      subject: subjectOf(ids),
      discriminator: `future ${ids[0]!.objects} of ${identifier(ids[0]!.role)}, ${identifier(to)}`,
      message: `${granteeName(to)} will hold ${describeFuture(ids)}, which the manifest does not grant`,
      consequence: `nobody gains anything yet: ${granteeName(to)} does with the next of them that ${identifier(ids[0]!.role)} makes`,
      help: helpFor(input, to),
      severity,
      fix: sqlToDrop(
        ids.map((id) => ({ id, attrs: { grantable: false } })),
        live,
      ),
      ...pathOf(input, to),
    };
  }
}

const pathOf = ({ manifest }: LiveInput, to: string) => {
  const role = manifest.roles.get(to);
  return role === undefined ? {} : { path: role.path };
};

function helpFor(input: LiveInput, to: string, isMigrationsSay = false): string {
  if (to !== 'public' && !input.manifest.roles.has(to)) return helpAboutOther(input, to);
  if (isMigrationsSay) return 'Revoke it, or bring it into a migration.';
  return to === 'public'
    ? 'Revoke it, or declare it under public.'
    : `Revoke it, or declare it under roles.${to}.grants.`;
}
