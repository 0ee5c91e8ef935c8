/** A migration as it lies on disk. */
import type { ParsedMigration } from './header.ts';
import { compareVersions } from './version.ts';

export interface MigrationFile {
  readonly domain: string;
  readonly version: string;
  /** What follows the version in the file's name, without `.sql`: `add_invoices`. */
  readonly name: string;
  /** Its path, relative to the working directory of the process when it lies below that. */
  readonly file: string;
  readonly text: string;
  /** SHA-256 of the text with LF line ends, in hexadecimal. */
  readonly checksum: string;
  readonly parsed: ParsedMigration;
}

/** @returns `20261121093000000_add_invoices`: what node-pg-migrate calls it, and its history records. */
export function fullName({ version, name }: Pick<MigrationFile, 'version' | 'name'>): string {
  return `${version}_${name}`;
}

/**
 * @param domains in their dependency order.
 * @returns a comparison for sorting: by version, then by the domains' order, then by name.
 */
export function byVersion(
  domains: readonly string[],
): (
  a: Pick<MigrationFile, 'domain' | 'version' | 'name'>,
  b: Pick<MigrationFile, 'domain' | 'version' | 'name'>,
) => number {
  const rank = new Map(domains.map((domain, index) => [domain, index]));
  const rankOf = (domain: string) => rank.get(domain) ?? domains.length;
  return (a, b) =>
    compareVersions(a.version, b.version) ||
    rankOf(a.domain) - rankOf(b.domain) ||
    (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}
