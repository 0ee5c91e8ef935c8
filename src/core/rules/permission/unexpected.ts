import type { DefaultPrivilegeAttributes } from '../../kinds/default-privilege.ts';
import { domainOf, domainsIn } from '../../manifest/domain-of.ts';
import { objectsByDomain } from '../../manifest/resolve/domain-objects.ts';
import { entriesOf } from '../../model/catalog.ts';
import type { Found, Rule } from '../../model/finding.ts';
import { type DefaultPrivilegeId, keyOf } from '../../model/id.ts';
import { identifier } from '../../../sql/quote.ts';
import { sqlToDrop } from '../fix.ts';
import { groupBy } from '../group-by.ts';
import type { LiveInput } from '../input.ts';
import { describeFuture, describeGrants, granteeName, subjectOf } from '../wording.ts';
import { type LiveGrant, liveGrants, relationOf } from './live-grants.ts';
import { revokeGrantOption, revoke } from './revoke.ts';
import { followsFromDeclared, foreseenFor } from './tolerated.ts';
import { severityFor } from './who.ts';

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
      const wanted = input.expected.get(keyOf(id));
      if (wanted === undefined) {
        if (!followsFromDeclared(input, id)) stray.push(each);
      } else if (attrs.grantable && wanted.entry.attrs['grantable'] !== true) passable.push(each);
    }
    const tables = relationCounts(input);
    for (const [all, tell] of [
      [stray, holds],
      [passable, passesOn],
    ] as const)
      for (const ofRole of groupBy(all, ({ entry, domain }) => `${entry.id.to}\0${domain?.name ?? ''}`))
        for (const group of asGranted(input, ofRole, tables.get(ofRole[0]!.domain?.name ?? '') ?? 0))
          yield* tell(input, group);
    yield* future(input);
  },
};

/**
 * One GRANT, one finding. The same privileges on every table of a domain, or on more than three objects, are taken
 * for one GRANT … ON ALL TABLES; USAGE on the schema belongs to the one grant that it was made for.
 */
function asGranted(input: LiveInput, grants: readonly LiveGrant[], tables: number): LiveGrant[][] {
  const onSchema = grants.filter(({ entry }) => entry.id.on.kind === 'schema');
  const byObject = groupBy(
    grants.filter(({ entry }) => entry.id.on.kind !== 'schema'),
    ({ entry }) => keyOf(relationOf(input, entry.id.on)),
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
function relationCounts({ manifest, live, database }: LiveInput): ReadonlyMap<string, number> {
  const objects = objectsByDomain(manifest, live, database, domainsIn(manifest, database));
  return new Map([...objects].map(([name, { relations }]) => [name, relations.length]));
}

function* holds(input: LiveInput, group: readonly LiveGrant[]): Generator<Found> {
  const ids = group.map(({ entry }) => entry.id);
  const { to } = ids[0]!;
  const severity = severityFor(input, to);
  if (severity === undefined) return;
  const onObjects = ids.filter(({ on }) => on.kind !== 'schema');
  yield {
    domain: group[0]!.domain?.name ?? null,
    subject: subjectOf(onObjects.length > 0 ? onObjects : ids),
    discriminator: `${identifier(to)}: ${[...new Set(ids.map(({ privilege }) => privilege))].sort().join(', ')}`,
    message: `${granteeName(to)} holds ${describeGrants(ids, input.live.serverVersion)}, which the manifest does not grant`,
    help: helpFor(input, to),
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
    subject: subjectOf(ids),
    discriminator: `${identifier(to)}: grant option for ${[...new Set(ids.map(({ privilege }) => privilege))].sort().join(', ')}`,
    message: `${granteeName(to)} may pass on ${describeGrants(ids, input.live.serverVersion)}, which the manifest grants without that right`,
    help: 'Take the grant option away, or declare it: grantOption: true.',
    severity,
    fix: revokeGrantOption(
      input,
      group.map(({ entry }) => entry),
    ),
    ...pathOf(input, to),
  };
}

/** Default privileges for the domains' schemas, and those of their owners for every schema. */
function* future(input: LiveInput): Generator<Found> {
  const { manifest, database, live } = input;
  const domains = domainsIn(manifest, database);
  const concerns = (id: DefaultPrivilegeId): boolean =>
    id.schema === null
      ? domains.some(({ owner }) => owner === id.role)
      : domains.some(({ schema }) => schema === id.schema);
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

function helpFor(input: LiveInput, to: string): string {
  if (to === 'public') return 'Revoke it, or declare it under public.';
  return input.manifest.roles.has(to)
    ? `Revoke it, or declare it under roles.${to}.grants.`
    : `Revoke it, declare the role, or list it under unmanaged.roles.`;
}
