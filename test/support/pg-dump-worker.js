// pg_dump as WASM, in a thread of its own: its libpq reads and writes synchronously, so the thread sleeps
// until the thread that holds the socket has the server's answer.
import { pgDump } from '@electric-sql/pglite-tools/pg_dump';
import { parentPort, receiveMessageOnPort } from 'node:worker_threads';

const searchPath = { rows: [{ search_path: '' }] };

parentPort.on('message', (job) => void dump(job));

async function dump({ args, answered, port }) {
  const server = {
    // What pgDump asks of PGlite around the dump; a connection of pg_dump's own needs neither.
    query: () => Promise.resolve(searchPath),
    exec: () => Promise.resolve([]),
    execProtocolRawStream: (bytes, { onRawData }) => {
      Atomics.store(answered, 0, 0);
      port.postMessage(Uint8Array.from(bytes));
      Atomics.wait(answered, 0, 0);
      // The wake-up may overtake the message that it announces.
      let received = receiveMessageOnPort(port);
      for (; received === undefined; received = receiveMessageOnPort(port)) Atomics.wait(answered, 0, 1, 1);
      if (received.message.length > 0) onRawData(received.message);
    },
  };
  try {
    const file = await pgDump({ pg: server, args });
    parentPort.postMessage({ text: await file.text() });
  } catch (error) {
    parentPort.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
}
