/** What dbctl leaves alone: roles and schemas the manifest calls unmanaged, PostgreSQL's own, and our history tables. */
import { globs } from '../model/glob.ts';
import { onceOf } from '../model/once-of.ts';
import type { Manifest } from './manifest.ts';

/** Asked once per grant: the patterns are compiled once per list. */
const matcherOf = onceOf((patterns: readonly string[]) => globs(patterns));

/** @returns whether a role is PostgreSQL's own (`pg_*`) or one that the manifest leaves alone. PUBLIC is neither. */
export function isUnmanagedRole({ unmanaged }: Pick<Manifest, 'unmanaged'>, role: string): boolean {
  return role.startsWith('pg_') || matcherOf(unmanaged.roles)(role);
}

/** @returns whether a schema is PostgreSQL's own or one that the manifest leaves alone. */
export function isUnmanagedSchema({ unmanaged }: Pick<Manifest, 'unmanaged'>, schema: string): boolean {
  return schema.startsWith('pg_') || schema === 'information_schema' || matcherOf(unmanaged.schemas)(schema);
}

/** @returns whether a schema came with the server, and what is in it: of that, what differs in privileges is somebody's doing. */
export const isServersSchema = (schema: string): boolean =>
  schema === 'pg_catalog' || schema === 'information_schema';
