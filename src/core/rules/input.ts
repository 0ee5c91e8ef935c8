/** What a rule over a live database is given. Made once per database, with what several rules derive from it. */
import { type Access, accessOf } from '../access/effective.ts';
import type { Uses } from '../bodies/uses.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { wantedIn, writtenOut } from '../manifest/resolve.ts';
import type { DomainObjects } from '../manifest/resolve/domain-objects.ts';
import type { Catalog } from '../model/catalog.ts';
import { Expectations } from './expectations.ts';
import { withApplied } from './permission/applied.ts';
import { type Settled, settledIn } from './permission/settled.ts';

export interface LiveInput {
  readonly manifest: Manifest;
  /** Key into the manifest's `databases`: which of them `live` was read from. */
  readonly database: string;
  readonly live: Catalog;
  /** What the manifest wants of roles, owners and privileges, given the live objects; each with its reason. */
  readonly expected: Expectations;
  /** The live objects of each domain, by its name. */
  readonly objects: ReadonlyMap<string, DomainObjects>;
  /** Objects about whose owner and privileges there is nothing to say. */
  readonly settled: Settled;
  /** Who effectively may do what in `live`. */
  readonly access: Access;
  /** What functions of `live` use in bodies that are strings. */
  readonly uses: Uses;
  readonly now: Date;
  /** What the applied migrations make: what it says where the manifest has no word for it is expected as well. */
  readonly applied?: Catalog;
  /** No migration is applied: what a new database has is expected, and nobody has asked for it. */
  readonly isNothingApplied?: boolean;
}

export function liveInput(
  given: Pick<LiveInput, 'manifest' | 'database' | 'live' | 'uses' | 'now' | 'applied' | 'isNothingApplied'>,
): LiveInput {
  const { manifest, database, live, applied, isNothingApplied } = given;
  const access = accessOf(live);
  const wanted = wantedIn(manifest, live, database);
  const settled = settledIn(wanted, live, access, isNothingApplied === true ? undefined : applied);
  const declared = writtenOut(wanted, (on) => !settled.has(on));
  return {
    ...given,
    expected: new Expectations(
      applied === undefined ? declared : withApplied(declared, { manifest, database, live, applied }),
      settled,
    ),
    objects: wanted.objects,
    settled,
    access,
  };
}
