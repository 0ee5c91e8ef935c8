/** Makes a command's context out of the process: the only reader of its streams, environment and signals. */
import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { inputError } from '../core/model/problem.ts';
import { colourFor } from './colour.ts';
import type { Context } from './context.ts';

/** @returns the context, and what to call when the command has ended (flushes --output, lets the signals go). */
export async function openContext(
  options: Readonly<Record<string, unknown>>,
  colourGiven: boolean,
): Promise<{ context: Context; close: () => Promise<void> }> {
  const text = (name: string) => options[name] as string | undefined;
  const cwd = resolve(text('cwd') ?? '.');
  const wanted = colourGiven ? options['color'] === true : undefined;
  const outputPath = text('output');
  const output = outputPath === undefined ? undefined : createWriteStream(resolve(cwd, outputPath));
  let outputError: Error | undefined;
  output?.on('error', (error) => (outputError = error));
  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    // A second Ctrl-C is a person who will not wait.
    if (stop.signal.aborted) process.exit(128 + (signal === 'SIGINT' ? 2 : 15));
    stop.abort(signal);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const line = (stream: NodeJS.WritableStream, textToWrite: string) =>
    void stream.write(textToWrite.endsWith('\n') ? textToWrite : `${textToWrite}\n`);
  const context: Context = {
    cwd,
    env: process.env,
    now: () => new Date(),
    out: (result) => line(output ?? process.stdout, result),
    log: options['quiet'] === true ? () => {} : (message) => line(process.stderr, message),
    debug: options['verbose'] === true ? (message) => line(process.stderr, message) : () => {},
    outColour: colourFor(output === undefined ? process.stdout : {}, process.env, wanted),
    logColour: colourFor(process.stderr, process.env, wanted),
    interactive: process.stdin.isTTY && process.stderr.isTTY && !process.env['CI'],
    signal: stop.signal,
    global: {
      ...(text('manifest') === undefined ? {} : { manifest: resolve(cwd, text('manifest')!) }),
      ...(text('databaseUrl') === undefined ? {} : { databaseUrl: text('databaseUrl')! }),
      domains: (options['domain'] as string[] | undefined) ?? [],
      format: options['json'] === true ? 'json' : (text('format') ?? 'text'),
    },
  };
  const close = async () => {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    if (output !== undefined) await new Promise<void>((done) => output.end(done).on('error', () => done()));
    if (outputError !== undefined)
      throw inputError({
        message: `cannot write ${outputPath}: ${outputError.message}`,
        help: 'Name a file in a folder that exists and that you may write to.',
      });
  };
  return { context, close };
}
