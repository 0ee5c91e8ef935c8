/** What dbctl leaves alone: roles and schemas the manifest calls unmanaged, PostgreSQL's own, and our history tables. */
import { globs } from '../model/glob.ts';
import type { Manifest } from './manifest.ts';

/** Asked once per grant: the patterns are compiled once per list. */
const compiled = new WeakMap<readonly string[], (name: string) => boolean>();
function matches(patterns: readonly string[], name: string): boolean {
  let test = compiled.get(patterns);
  if (test === undefined) compiled.set(patterns, (test = globs(patterns)));
  return test(name);
}

/** @returns whether a role is PostgreSQL's own (`pg_*`) or one that the manifest leaves alone. PUBLIC is neither. */
export function isUnmanagedRole({ unmanaged }: Pick<Manifest, 'unmanaged'>, role: string): boolean {
  return role.startsWith('pg_') || matches(unmanaged.roles, role);
}

/** @returns whether a schema is PostgreSQL's own or one that the manifest leaves alone. */
export function isUnmanagedSchema({ unmanaged }: Pick<Manifest, 'unmanaged'>, schema: string): boolean {
  return schema.startsWith('pg_') || schema === 'information_schema' || matches(unmanaged.schemas, schema);
}
