/** Whom a permission rule speaks of: declared roles, PUBLIC, roles of nobody's, and those that are left alone. */
import type { Severity } from '../../model/finding.ts';
import { isUnmanagedRole } from '../../manifest/unmanaged.ts';
import { find } from '../../model/catalog.ts';
import type { Domain } from '../../manifest/manifest.ts';
import { clusterHistory, historyOf } from '../../migration/history.ts';
import type { LiveInput } from '../input.ts';

export type Standing = 'declared' | 'public' | 'unmanaged' | 'other';

export function standingOf({ manifest }: Pick<LiveInput, 'manifest'>, role: string): Standing {
  if (role === 'public') return 'public';
  if (isUnmanagedRole(manifest, role)) return 'unmanaged';
  return manifest.roles.has(role) ? 'declared' : 'other';
}

/** @returns how bad an undeclared privilege or membership of this role is, or undefined: nothing to say of it. */
export function severityFor(input: Pick<LiveInput, 'manifest'>, role: string): Severity | undefined {
  const standing = standingOf(input, role);
  if (standing === 'unmanaged') return undefined;
  if (standing !== 'other') return 'error';
  const { otherRoles } = input.manifest.unmanaged;
  return ({ ignore: undefined, report: 'warning', revoke: 'error' } as const)[otherRoles];
}

/** @returns what to do about what a role has that nobody declared: besides taking it, the role itself may go. */
export function helpAboutOther(input: Pick<LiveInput, 'access'>, role: string): string {
  return `Revoke it, declare the role, or list it under unmanaged.roles.${roleMayGo(input, role)}`;
}

/** @param to who gets what it owns. @returns a sentence, with a space before it; none for superusers and the server's own roles. */
export function roleMayGo({ access }: Pick<LiveInput, 'access'>, role: string, to?: string): string {
  if (role.startsWith('pg_') || access.isSuperuser(role)) return '';
  const words = [role, ...(to === undefined ? [] : ['--reassign-to', to])];
  return ` If the role is to go, with all that it holds: dbctl roles remove ${words.map(inShell).join(' ')}.`;
}

const inShell = (word: string) => (/^[\w-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** @returns whether the server has the role (PUBLIC it always has). */
export function exists({ live }: Pick<LiveInput, 'live'>, role: string): boolean {
  return role === 'public' || find(live, { kind: 'role', name: role }) !== undefined;
}

/** @returns who applies the migrations of these domains, and so owns a history: none where there is no history. */
export function migratorsOf(
  { access }: Pick<LiveInput, 'access'>,
  domains: readonly Domain[],
): readonly string[] {
  return [clusterHistory, ...domains.map(historyOf)].flatMap(
    ({ schema, table: name }) => access.ownerOf({ kind: 'table', schema, name }) ?? [],
  );
}
