import type { Structure } from '../../compare/structure.ts';
import type { LiveInput } from '../input.ts';

/** What rules about drift are given besides: the live structure against the applied migrations. */
export interface DriftInput extends LiveInput {
  readonly structure: Structure;
}
