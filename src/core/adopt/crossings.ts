/** Crossings as they are found, declared, and the boundaries that they leave. */
import { type Declaration, channelOf, declarationOf, dependencies } from '../rules/boundary/dependency.ts';
import { type LiveInput, liveInput } from '../rules/input.ts';
import { type Crossing, type Manifest, channels } from '../manifest/manifest.ts';

/** @returns the manifest with every crossing that the boundary rules find; what is not found is forbidden. */
export function withCrossings(
  manifest: Manifest,
  given: Pick<LiveInput, 'database' | 'live' | 'uses' | 'now'>,
): Manifest {
  const found = new Map<string, Map<string, Declaration>>();
  for (const dependency of dependencies(liveInput({ ...given, manifest }))) {
    if (dependency.to === undefined) continue;
    const declared = declarationOf(dependency);
    const ofDomain = found.get(dependency.from.name) ?? new Map<string, Declaration>();
    found.set(dependency.from.name, ofDomain);
    const key = `${declared.from}\0${declared.to}\0${declared.as}`;
    const before = ofDomain.get(key);
    // Two foreign keys of one column that do different things: agreed is either.
    const { onDelete, ...any } = declared;
    ofDomain.set(key, before === undefined || before.onDelete === onDelete ? declared : any);
  }
  const used = new Set<string>();
  const domains = [...manifest.domains.values()].map((domain) => {
    const crossings = [...(found.get(domain.name)?.values() ?? [])]
      .sort((a, b) => compare(a.as, b.as) || compare(a.from, b.from) || compare(a.to, b.to))
      .map((each, at): Crossing => ({ ...each, path: ['domains', domain.name, 'crossings', at] }));
    for (const { as } of crossings) used.add(channelOf[as]);
    return [domain.name, { ...domain, crossings }] as const;
  });
  const boundaries = Object.fromEntries(
    // Of grants and queries no database tells.
    channels.map((channel) => [
      channel,
      used.has(channel) || channel === 'grants' || channel === 'queries' ? 'declared' : 'forbid',
    ]),
  ) as unknown as Manifest['boundaries'];
  return { ...manifest, boundaries, domains: new Map(domains) };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
