/** Tablespaces themselves: something to grant on. No entry: they are made by whoever runs the server. */
import type { NamedTablespaceId } from '../model/id.ts';
import type { Kind } from './kind.ts';

export const namedTablespace: Kind<NamedTablespaceId> = {
  name: 'named-tablespace',
  rank: 13,
  references: () => [],
  create: () => [],
  drop: () => [],
  alter: () => [],
};
