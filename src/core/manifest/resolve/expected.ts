/** An entry that the manifest wants, with the reason: what a finding about it points at. */
import type { Entry } from '../../model/entry.ts';
import type { ManifestPath } from '../manifest.ts';

export interface Expected {
  readonly entry: Entry;
  readonly because: Because;
}
export type Because =
  /** The role's own declaration: attributes, settings, memberships. */
  | { readonly as: 'role'; readonly path: ManifestPath }
  /** `owner:` of a domain. */
  | { readonly as: 'owner'; readonly domain: string; readonly path: ManifestPath }
  /** What ownership, or PostgreSQL's defaults for PUBLIC, bring with them. */
  | { readonly as: 'default'; readonly domain: string }
  /** The applied migrations, where the manifest has no word for it. null: of no domain. */
  | { readonly as: 'migrations'; readonly domain: string | null }
  | GrantReason;
export interface GrantReason {
  readonly as: 'grant';
  readonly domain: string;
  /** A role, or `public`. */
  readonly to: string;
  /** The declaration: `roles.app.grants[0]`. */
  readonly path: ManifestPath;
  /** The parent whose grant a partition carries, as its key; undefined for everything else. */
  readonly parent?: string;
}
