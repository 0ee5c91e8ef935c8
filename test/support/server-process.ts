/**
 * A dbctl that does nothing but use a server, for tests that end it in every way: `dev <verb> [database]`,
 * `hold` (the embedded server, as any command holds it), `shadow`. The last two print a line of JSON when
 * they are ready, and end when their standard input does, or on Ctrl-C; `shadow crash` without closing it.
 */
import { once } from 'node:events';
import { openContext } from '../../src/cli/open-context.ts';
import { reportError } from '../../src/cli/report-error.ts';
import { psql, start, status, stop, url } from '../../src/cli/commands/dev.ts';
import { useEmbedded } from '../../src/db/server/embedded.ts';
import { openShadow } from '../../src/db/shadow.ts';

const dev = { start, stop, status, url, psql };
const [mode, verb, database] = process.argv.slice(2);
const { context, close } = await openContext({ json: true }, false);

/** @returns when the standard input ends, or the signal comes. */
const told = () =>
  new Promise<void>((resolve) => {
    context.signal.addEventListener('abort', () => resolve());
    void once(process.stdin.resume(), 'end').then(() => resolve());
  });

async function hold(): Promise<void> {
  const server = await useEmbedded(context.cwd, context.log);
  try {
    await server.ensureDatabase('main');
    console.log(JSON.stringify({ address: server.address('main'), url: server.url('main') }));
    await told();
  } finally {
    await server.release();
  }
}

async function shadow(): Promise<void> {
  const { address, close: closeShadow } = await openShadow({ signal: context.signal });
  console.log(JSON.stringify({ address }));
  await told();
  if (verb === 'crash') process.exit(70);
  await closeShadow();
}

try {
  if (mode === 'hold') await hold();
  else if (mode === 'shadow') await shadow();
  else process.exitCode = await dev[verb as keyof typeof dev](context, {}, database);
} catch (error) {
  process.exitCode = reportError(error, context);
}
process.stdin.pause();
await close();
