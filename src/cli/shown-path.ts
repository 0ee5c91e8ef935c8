/** Paths in what people and machines read: from where they are. */
import { relative } from 'node:path';

/** @returns a file's path relative to the working directory; absolute where it lies outside. */
export function shown(file: string): string {
  const near = relative(process.cwd(), file);
  return near.startsWith('..') ? file : near;
}
