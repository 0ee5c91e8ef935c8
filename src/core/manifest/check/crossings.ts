/** What domains say of one another: crossings, references by value, and copies. */
import { channelOf } from '../../rules/boundary/dependency.ts';
import { dotted } from '../../rules/boundary/dotted.ts';
import type { Crossing, Domain, Manifest, ManifestPath } from '../manifest.ts';
import { type Known, checkTable } from './known-tables.ts';
import { type ManifestProblem, error, unknown } from './problem.ts';
import { checkUntil } from './until.ts';

export function* checkCrossings(known: Known): Generator<ManifestProblem> {
  for (const domain of known.manifest.domains.values()) {
    const before = new Map<string, number>();
    for (const [at, crossing] of domain.crossings.entries()) {
      yield* checkCrossing(known, domain, crossing);
      const key = JSON.stringify([crossing.from, crossing.to, crossing.as]);
      const first = before.get(key);
      if (first === undefined) before.set(key, at);
      else
        yield error(
          crossing.path,
          `this crossing is declared already: it is the same as crossings[${first}]`,
          'Delete one of the two.',
        );
    }
    for (const { from, to, path } of domain.references) {
      const other = yield* otherDomain(known.manifest, to, [...path, 'to']);
      yield* checkFrom(known, domain, from, [...path, 'from'], other?.name !== domain.name);
      if (other !== undefined) yield* checkTo(known, other, to, [...path, 'to']);
    }
    for (const { of, path } of domain.copies) {
      const other = yield* otherDomain(known.manifest, of, [...path, 'of']);
      if (other !== undefined) yield* checkTo(known, other, of, [...path, 'of']);
    }
  }
}

/** Crossings whose two ends are tables, views or their columns. */
const fromTable = new Set(['foreign-key', 'default', 'trigger', 'policy', 'inheritance']);
const toTable = new Set(['foreign-key', 'view', 'inheritance', 'query']);

function* checkCrossing(known: Known, domain: Domain, crossing: Crossing): Generator<ManifestProblem> {
  const { manifest, today } = known;
  const { from, to, as, path, until, onDelete } = crossing;
  const there = [...path, 'to'];
  const other = yield* otherDomain(manifest, to, there);
  if (other === domain)
    yield error(
      there,
      `this crossing stays inside domain ${domain.name}`,
      'Delete it: inside a domain nothing has to be declared.',
    );
  else if (other !== undefined) {
    yield* checkReach(domain, other, crossing);
    if (toTable.has(as)) yield* checkTo(known, other, to, there);
  }
  if (fromTable.has(as)) yield* checkFrom(known, domain, from, [...path, 'from'], true);
  const channel = channelOf[as];
  if (manifest.boundaries[channel] === 'forbid')
    yield error(
      [...path, 'as'],
      `a crossing is declared, but boundaries.${channel} is forbid`,
      `Delete the crossing, or write \`${channel}: declared\` under boundaries.`,
    );
  if (onDelete !== undefined && as !== 'foreign-key')
    yield error(
      [...path, 'onDelete'],
      `onDelete says what a foreign key does; this crossing is a ${as}`,
      'Delete onDelete, or write `as: foreign-key`.',
    );
  yield* checkUntil(
    until,
    today,
    [...path, 'until'],
    'the crossing',
    'take the crossing away and delete it here',
  );
}

/** PostgreSQL keeps no constraint, view or type across databases. */
function* checkReach(domain: Domain, other: Domain, { as, path }: Crossing): Generator<ManifestProblem> {
  if (as === 'query') return;
  const instead = 'Declare it under references: the key is kept by value, and compared.';
  if (other.isolation === 'external')
    yield error([...path, 'to'], `domain ${other.name} is external: no ${as} can reach it`, instead);
  else if (domain.isolation !== 'external' && other.database !== domain.database)
    yield error(
      [...path, 'to'],
      `domain ${other.name} lies in another database (${other.database}): no ${as} can reach it`,
      instead,
    );
}

/** @returns the domain that a dotted path begins with; undefined, with a problem, when there is none. */
function* otherDomain(
  { domains }: Manifest,
  to: string,
  path: ManifestPath,
): Generator<ManifestProblem, Domain | undefined> {
  const [name = ''] = dotted(to);
  const domain = domains.get(name);
  if (domain === undefined)
    yield unknown(
      path,
      'domain',
      name,
      domains.keys(),
      'Begin the path with the domain: tenants.tenants.id.',
    );
  return domain;
}

function* checkTo(known: Known, other: Domain, to: string, path: ManifestPath): Generator<ManifestProblem> {
  const [, table, ...columns] = dotted(to);
  if (table !== undefined) yield* checkTable(known, other, table, columns, path);
}

/** @param below whether the other end lies in another domain, so that its own name does not belong here. */
function* checkFrom(
  known: Known,
  domain: Domain,
  from: string,
  path: ManifestPath,
  below: boolean,
): Generator<ManifestProblem> {
  const [table, ...columns] = dotted(from);
  if (below && columns.length > 1 && table === domain.name)
    yield error(
      path,
      `\`${from}\` begins with the domain it is declared in`,
      `Write \`${columns.join('.')}\`: the path begins below the domain.`,
    );
  else if (table !== undefined) yield* checkTable(known, domain, table, columns, path);
}
