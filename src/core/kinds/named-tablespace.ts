/** Tablespaces themselves: something to grant on. No entry: they are made by whoever runs the server. */
import type { NamedTablespaceId } from '../model/id.ts';
import { type Kind, isOnlyThere } from './kind.ts';

export const namedTablespace: Kind<NamedTablespaceId> = {
  name: 'named-tablespace',
  rank: 13,
  ...isOnlyThere,
};
