/** The rules over a live database, each once. */
import type { Rule } from '../model/finding.ts';
import type { LiveInput } from './input.ts';

export const liveRules: readonly Rule<LiveInput>[] = [];
