/** What a rule over a live database is given. Made once per database, with what several rules derive from it. */
import { type Access, accessOf } from '../access/effective.ts';
import type { Uses } from '../bodies/uses.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { Expected } from '../manifest/resolve/expected.ts';
import { withApplied } from './permission/applied.ts';
import { expectations } from '../manifest/resolve.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Key } from '../model/id.ts';

export interface LiveInput {
  readonly manifest: Manifest;
  /** Key into the manifest's `databases`: which of them `live` was read from. */
  readonly database: string;
  readonly live: Catalog;
  /** What the manifest wants of roles, owners and privileges, given the live objects; each with its reason. */
  readonly expected: ReadonlyMap<Key, Expected>;
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
  const { manifest, database, live, applied } = given;
  const declared = expectations(manifest, live, database);
  return {
    ...given,
    expected: applied === undefined ? declared : withApplied(declared, { manifest, database, live, applied }),
    access: accessOf(given.live),
  };
}
