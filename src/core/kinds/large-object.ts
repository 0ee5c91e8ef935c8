/** Large objects: something to grant on. No entry: they are data. */
import type { LargeObjectId } from '../model/id.ts';
import { type Kind, isOnlyThere } from './kind.ts';

export const largeObject: Kind<LargeObjectId> = {
  name: 'large-object',
  rank: 13,
  ...isOnlyThere,
};
