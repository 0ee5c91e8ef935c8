/** pg_dump 18, real and run on real servers: the oracle for what two databases have in common. npm has it as WASM, so no machine need have it installed. */
import { loadModule, parseSync } from 'libpg-query';
import { connect as openSocket, type Socket } from 'node:net';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { Address } from '../../src/db/connect.ts';
import { Conversation } from './wire.ts';

await loadModule();

/**
 * Dumps a database.
 * @param args pg_dump's options; default `--schema-only`
 * @returns SQL without the lines that differ between two dumps of the same: versions, and the random key of \restrict
 * @throws Error with what pg_dump said
 */
export async function pgDump(address: Address, args: readonly string[] = ['--schema-only']): Promise<string> {
  const socket = await open(address);
  const { port1: bridge, port2: port } = new MessageChannel();
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const worker = idle.pop() ?? new Worker(new URL('./pg-dump-worker.js', import.meta.url));
  worker.ref();
  try {
    connectBridge(socket, bridge, answered);
    const { text, error } = await new Promise<{ text?: string; error?: string }>((resolve, reject) => {
      worker.removeAllListeners();
      worker.once('message', resolve);
      worker.once('error', reject);
      const job = { args: [...args, '-d', connectionString(address)], answered, port };
      worker.postMessage(job, [port]);
    });
    // It serves the next dump, and keeps no process from ending.
    worker.unref();
    idle.push(worker);
    if (text === undefined) throw new Error(error ?? 'pg_dump said nothing');
    return text.replaceAll(/^(\\(un)?restrict .*|-- Dumped (from database|by pg_dump) version .*)\n/gm, '');
  } finally {
    bridge.close();
    socket.destroy();
  }
}
/** Threads that have loaded pg_dump and have nothing to do. */
const idle: Worker[] = [];

function open({ host, port }: Address): Promise<Socket> {
  const socket = host.startsWith('/')
    ? openSocket({ path: `${host}/.s.PGSQL.${port}` })
    : openSocket({ host, port });
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** The bridge decides where the bytes go; libpq needs a host only to believe in one. */
function connectionString({ user, password, database }: Address): string {
  const value = (text: string) => `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
  return `host=127.0.0.1 sslmode=disable gssencmode=disable user=${value(user)} password=${value(password ?? '')} dbname=${value(database)}`;
}

/** Passes on what pg_dump writes, and wakes it when the answer is complete, or will never be. */
function connectBridge(socket: Socket, bridge: MessagePort, answered: Int32Array): void {
  const conversation = new Conversation();
  let answer: Buffer[] = [];
  let waiting = false;
  const wake = () => {
    if (!waiting || (conversation.isOwed && !socket.destroyed && !socket.readableEnded)) return;
    waiting = false;
    bridge.postMessage(new Uint8Array(Buffer.concat(answer)));
    answer = [];
    Atomics.store(answered, 0, 1);
    Atomics.notify(answered, 0);
  };
  bridge.on('message', (bytes: Uint8Array) => {
    waiting = true;
    conversation.sent(bytes);
    socket.write(bytes);
    wake();
  });
  socket.on('data', (bytes: Buffer) => {
    answer.push(bytes);
    conversation.received(bytes);
    wake();
  });
  socket.on('error', wake);
  socket.on('end', wake);
  socket.on('close', wake);
}

const liesSomewhere =
  /^(CREATE (UNLOGGED )?TABLE|CREATE MATERIALIZED|CREATE (UNIQUE )?INDEX|ALTER TABLE[^;]* ADD CONSTRAINT \S+ (PRIMARY|UNIQUE|EXCLUDE))/;

/**
 * The statements of a dump, without comments and without the settings that pg_dump begins with.
 * @param options.sorted in alphabetical order: two dumps may list the same objects differently
 */
export function dumpStatements(text: string, options: { readonly sorted?: boolean } = {}): string[] {
  const bytes = Buffer.from(text);
  let tablespace = '';
  const { stmts } = parseSync(text) as { stmts?: { stmt_location?: number; stmt_len?: number }[] };
  const statements = (stmts ?? [])
    .map(({ stmt_location: from = 0, stmt_len: length }) =>
      bytes
        .subarray(from, length === undefined || length === 0 ? undefined : from + length)
        .toString()
        // What stands between two statements belongs to the second: blank lines and the comment of its entry.
        .replace(/^(\s*--.*\n|\s*\n)*/, '')
        .trim(),
    )
    // Where something lies is a setting before it.
    .map((statement) => {
      const setting = /^SET default_tablespace = (.*)$/.exec(statement)?.[1];
      if (setting !== undefined) tablespace = setting === `''` ? '' : `\nTABLESPACE ${setting}`;
      return liesSomewhere.test(statement) ? statement + tablespace : statement;
    })
    .filter((statement) => !/^(SET\s|SELECT pg_catalog\.set_config\()/.test(statement));
  return options.sorted === true ? statements.sort() : statements;
}
