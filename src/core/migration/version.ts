/** Versions of migrations: UTC time as digits, `yyyymmddhhmmssmmm`; the milliseconds may be left out. */

/** The pseudo-domain of what belongs to the whole server: roles, memberships, database privileges. */
export const clusterDomain = '_cluster';

/** @returns whether the text is a version: 14 or 17 digits that are a time. */
export function isVersion(text: string): boolean {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})?$/.exec(text);
  if (parts === null) return false;
  const [, year, month, day, hour, minute, second, millisecond = '000'] = parts;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.${millisecond}Z`;
  const time = new Date(iso);
  return !Number.isNaN(time.getTime()) && time.toISOString() === iso;
}

/** @returns the version of a moment, 17 digits. */
export function versionOf(time: Date): string {
  return time.toISOString().replace(/\D/g, '');
}

/** @returns negative, zero or positive: which version is the earlier. 14 digits mean the second's first millisecond. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a.padEnd(17, '0'), b.padEnd(17, '0')];
  return left < right ? -1 : left > right ? 1 : 0;
}
