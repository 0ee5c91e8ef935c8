/** Colour, decided once: never in a pipe, never with NO_COLOR or --no-color. */
import { Chalk, type ChalkInstance } from 'chalk';

export type { ChalkInstance as Chalk };

/** @returns the colours for a stream. `wanted`: --color or --no-color, undefined when neither was given. */
export function colourFor(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
  wanted: boolean | undefined,
): ChalkInstance {
  const on = wanted ?? (env['NO_COLOR'] ? false : env['FORCE_COLOR'] ? true : stream.isTTY === true);
  return new Chalk({ level: on ? 1 : 0 });
}
