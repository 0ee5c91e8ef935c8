import { domainsIn } from '../../manifest/domain-of.ts';
import { objectsByDomain } from '../../manifest/resolve/domain-objects.ts';
import { onceOf } from '../../model/once-of.ts';
import type { LiveInput } from '../input.ts';

/** @returns the live objects of each domain, by its name. */
export const liveObjects = onceOf(({ manifest, live, database }: LiveInput) =>
  objectsByDomain(manifest, live, database, domainsIn(manifest, database)),
);
