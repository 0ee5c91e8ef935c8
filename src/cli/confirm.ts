/** Asks a person before data is lost. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { KnownError, type Problem } from '../core/model/problem.ts';
import type { Context } from './context.ts';

/**
 * Goes on when consent is given: beforehand by `--allow-destructive`, or now, on a terminal.
 * @param losses what would be lost, a line each.
 * @param lost what it is: `data`, or `access`. @param look the option that shows what would be done.
 * @throws KnownError (2) otherwise, with every loss.
 */
export async function consentTo(
  context: Context,
  losses: readonly string[],
  given: boolean,
  lost: 'data' | 'access' = 'data',
  look = '--dry-run',
): Promise<void> {
  const { logColour: colour } = context;
  if (given) {
    for (const loss of losses) context.log(`${colour.yellow(`loses ${lost}`)}: ${loss}`);
    return;
  }
  if (context.interactive) {
    for (const loss of losses) process.stderr.write(`${colour.red(`loses ${lost}`)}: ${loss}\n`);
    if (await ask(context, 'Go on?')) return;
  }
  const problems: Problem[] = losses.map((loss) => ({ message: `would lose ${lost}: ${loss}` }));
  const last = problems.pop()!;
  throw new KnownError(
    [...problems, { ...last, help: `Look at it with ${look}; if it is meant, say --allow-destructive.` }],
    2,
  );
}

/** Asks on the terminal: nothing but yes is yes. Only where `context.interactive`. */
export async function ask(context: Context, question: string): Promise<boolean> {
  const asked = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await asked.question(`${question} [y/N] `, { signal: context.signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    asked.close();
  }
}

/** Asks for what must not be seen: nothing that is typed is shown. Only where `context.interactive`. */
export async function askSecret(context: Context, question: string): Promise<string> {
  const silent = new Writable({ write: (_bytes, _encoding, done) => done() });
  process.stderr.write(question);
  const asked = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await asked.question('', { signal: context.signal });
  } finally {
    asked.close();
    process.stderr.write('\n');
  }
}
