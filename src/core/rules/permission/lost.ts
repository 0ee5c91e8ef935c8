/** What the applied migrations give, where the manifest has no word for it, and is held no longer. */
import type { DefaultPrivilegeAttributes } from '../../kinds/default-privilege.ts';
import { domainOf } from '../../manifest/domain-of.ts';
import { type Catalog, edgeIndex, entriesOf, find, wholeOf } from '../../model/catalog.ts';
import type { Entry } from '../../model/entry.ts';
import type { Found } from '../../model/finding.ts';
import { type DefaultPrivilegeId, type GrantId, type Key, keyOf } from '../../model/id.ts';
import { identifier } from '../../../sql/quote.ts';
import { sqlToCreate, sqlToDrop } from '../fix.ts';
import { groupBy } from '../group-by.ts';
import type { LiveInput } from '../input.ts';
import { areServers, describeFuture, describeGrants, granteeName, subjectOf } from '../wording.ts';
import { isMigrations, isOwnersLoss } from './applied.ts';
import { lostBy } from './consequence.ts';

export function* lost(input: LiveInput): Generator<Found> {
  const { live, applied } = input;
  if (applied === undefined || input.isNothingApplied === true) return;
  const grants: Entry[] = [];
  const future: Entry[] = [];
  for (const { entry, because } of input.expected.unsettled()) {
    const { id } = entry;
    if (because.as !== 'migrations' || find(live, id) !== undefined) continue;
    if (id.kind === 'grant' && !isProvisioned(id) && ofExtensionThere(applied, keyOf(id), live))
      grants.push(entry);
    if (id.kind === 'default-privilege' && entry.attrs['withheld'] !== true) future.push(entry);
  }
  for (const group of groupBy(grants, ({ id }) => {
    const { on, to } = id as GrantId;
    return `${keyOf(wholeOf(input.live, on))}\0${to}`;
  }))
    yield lack(
      input,
      group.map(({ id }) => id as GrantId),
      sqlToCreate(group, live),
    );
  for (const { id } of entriesOf(live, 'revoke'))
    if (!input.expected.has(keyOf(id)) && (isMigrations(input, id.on) || isOwnersLoss(applied, id)))
      yield lack(input, [{ ...id, kind: 'grant' }], sqlToDrop([{ id, attrs: {} }], live));
  for (const entry of entriesOf<'default-privilege', DefaultPrivilegeAttributes>(live, 'default-privilege'))
    if (
      entry.attrs.withheld === true &&
      !input.expected.has(keyOf(entry.id)) &&
      input.manifest.roles.has(entry.id.role)
    )
      future.push({ id: entry.id, attrs: { ...entry.attrs } });
  for (const group of groupBy(future, ({ id, attrs }) => {
    const { role, schema, objects, to } = id as DefaultPrivilegeId;
    return JSON.stringify([role, schema, objects, to, attrs['withheld']]);
  }))
    yield willLack(input, group);
}

function lack(input: LiveInput, ids: readonly GrantId[], fix: readonly string[]): Found {
  const { to, on } = ids[0]!;
  return {
    domain: domainOf(input.manifest, input.database, on)?.name ?? null,
    ofServer: areServers(ids),
    subject: subjectOf(ids),
    discriminator: `${identifier(to)}: ${ids.map(({ privilege }) => privilege).join(', ')}`,
    message: `${granteeName(to)} lacks ${describeGrants(ids, input.live.serverVersion)}, as the applied migrations have it`,
    consequence: lostBy(input, ids),
    help: 'Grant it, or bring the change into a migration.',
    fix,
  };
}

function willLack({ live, manifest, database }: LiveInput, group: readonly Entry[]): Found {
  const ids = group.map(({ id }) => id as DefaultPrivilegeId);
  const { to, objects, role } = ids[0]!;
  return {
    domain: domainOf(manifest, database, ids[0]!)?.name ?? null,
    subject: subjectOf(ids),
    discriminator: `${identifier(to)}: future ${objects} of ${identifier(role)}, ${ids.map(({ privilege }) => privilege).join(', ')}`,
    message: `${granteeName(to)} will lack ${describeFuture(ids)}, as the applied migrations have it`,
    help: 'Grant it, or bring the change into a migration.',
    fix: group[0]!.attrs['withheld'] === true ? sqlToDrop(group, live) : sqlToCreate(group, live),
  };
}

/** Who may connect to a database is said by whoever makes it, more often than by a migration: that PUBLIC may not is no drift. */
const isProvisioned = ({ on, to }: GrantId): boolean => on.kind === 'database' && to === 'public';

/** What is no entry may be an extension's. */
function ofExtensionThere(applied: Catalog, key: Key, live: Catalog): boolean {
  return (edgeIndex(applied).byDependent.get(key) ?? []).every(
    ({ referenced }) =>
      applied.entries.get(referenced)?.id.kind !== 'extension' || live.entries.has(referenced),
  );
}
