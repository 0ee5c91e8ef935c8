/** What the words under `privileges:` mean on each kind of object: presets written out, names taken as they are. */
import { privilegesOn } from '../../kinds/privileges.ts';
import { onceOf } from '../../model/once-of.ts';
import { presets as names } from '../manifest.ts';

export type Grantable = 'table' | 'column' | 'sequence' | 'schema' | 'enum' | 'function';

const presets: Readonly<Record<string, Partial<Record<Grantable, readonly string[]>>>> = {
  read: {
    table: ['select'],
    column: ['select'],
    sequence: ['select'],
    schema: ['usage'],
    enum: ['usage'],
    function: ['execute'],
  },
  write: {
    table: ['insert', 'update', 'delete'],
    column: ['insert', 'update'],
    sequence: ['usage', 'update'],
    schema: ['usage'],
    enum: ['usage'],
    function: ['execute'],
  },
  append: {
    table: ['insert'],
    column: ['insert'],
    sequence: ['usage'],
    schema: ['usage'],
    enum: ['usage'],
    function: ['execute'],
  },
};

/**
 * @returns the privileges on one kind of object that a declaration's words stand for, in the manual's order. Words
 * that name no privilege of that kind on this server give nothing (`maintain` before 17).
 */
export function privilegesFrom(
  words: readonly string[],
  kind: Grantable,
  serverVersion: number,
): readonly string[] {
  const known = meanings(words);
  const key = `${kind} ${serverVersion}`;
  let meant = known.get(key);
  if (meant === undefined) known.set(key, (meant = meantBy(words, kind, serverVersion)));
  return meant;
}

/** Of one declaration they are asked for each of its targets. */
const meanings = onceOf<readonly string[], Map<string, readonly string[]>>(() => new Map());

function meantBy(words: readonly string[], kind: Grantable, serverVersion: number): string[] {
  const known = privilegesOn(kind, serverVersion);
  const meant = new Set(
    words.flatMap((word) => {
      if (word === 'all') return known;
      if (word === 'read-write')
        return [...(presets['read']![kind] ?? []), ...(presets['write']![kind] ?? [])];
      return presets[word]?.[kind] ?? [word];
    }),
  );
  return known.filter((privilege) => meant.has(privilege));
}

/** @returns the preset that stands for just these privileges, or undefined. */
export function presetFor(
  kind: Grantable,
  privileges: readonly string[],
  serverVersion: number,
): string | undefined {
  return names.find((word) => {
    const meant = privilegesFrom([word], kind, serverVersion);
    return meant.length === privileges.length && meant.every((privilege) => privileges.includes(privilege));
  });
}
