/** What a statement may wait for: that an entry is no more, whichever statement takes it away. */
import type { Key } from '../model/id.ts';

const going = 'turn of going of ';
/** Stands for: the entry is no more. */
export const gone = (key: Key): Key => `${going}${key}` as Key;
/** @returns the entry that a key waits for to be gone; undefined: it is another key. */
export const whatGoes = (key: Key): Key | undefined =>
  key.startsWith(going) ? (key.slice(going.length) as Key) : undefined;
