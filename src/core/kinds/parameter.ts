/** Configuration parameters: something to grant on. No entry: a parameter is there whether or not anybody knows of it. */
import type { ParameterId } from '../model/id.ts';
import { type Kind, isOnlyThere } from './kind.ts';

export const parameter: Kind<ParameterId> = {
  name: 'parameter',
  rank: 13,
  ...isOnlyThere,
};
