/** TCP ports of the loopback. */
import { createServer } from 'node:net';
import { operationalError } from '../../core/model/problem.ts';

/** @returns a TCP port of the loopback that is free now: `wanted` if that one is. */
export async function freePort(wanted?: number): Promise<number> {
  const tried = (port: number) =>
    new Promise<number | undefined>((resolve) => {
      const probe = createServer();
      probe.on('error', () => resolve(undefined));
      probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
        const address = probe.address();
        probe.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
      });
    });
  const port = (wanted === undefined ? undefined : await tried(wanted)) ?? (await tried(0));
  if (port !== undefined) return port;
  throw operationalError({
    message: 'no TCP port is free on 127.0.0.1',
    help: 'Check the limits of this machine and that the loopback interface is up.',
  });
}
