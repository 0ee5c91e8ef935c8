/** The dependency order of the domains: whom a domain depends on comes before it. */
import type { Manifest } from '../manifest/manifest.ts';
import { clusterDomain } from './version.ts';

/**
 * @returns `_cluster`, then every domain after those that its declared crossings lead to; where nothing decides, and
 * where crossings run in a circle, in the manifest's order.
 */
export function domainOrder({ domains }: Pick<Manifest, 'domains'>): string[] {
  const order: string[] = [clusterDomain];
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const domain = domains.get(name);
    if (domain === undefined || seen.has(name)) return;
    seen.add(name);
    const targets = new Set(domain.crossings.map(({ to }) => to.split('.', 1)[0]!));
    for (const other of domains.keys()) if (targets.has(other)) visit(other);
    order.push(name);
  };
  for (const name of domains.keys()) visit(name);
  return order;
}
