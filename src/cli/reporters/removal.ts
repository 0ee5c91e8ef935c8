/** `dbctl roles remove` as JSON and as a script for psql. */
import type { Removal } from '../../core/access/removal.ts';
import { type Address, describeAddress } from '../../db/connect.ts';
import { identifier } from '../../sql/quote.ts';

/** One server, and what is done there. */
export interface ServerRemoval extends Removal {
  readonly server: Address;
}

export function removalJson(
  role: string,
  to: string | undefined,
  dryRun: boolean,
  removals: readonly ServerRemoval[],
): object {
  return {
    version: 1,
    command: 'roles remove',
    role,
    reassignedTo: to ?? null,
    dryRun,
    servers: removals.map(({ server: { host, port }, steps, losses }) => ({
      server: host.startsWith('/') ? host : `${host}:${port}`,
      losses,
      steps,
    })),
  };
}

/** @returns what would run, a transaction a step, with what is lost before it. */
export function removalText(removals: readonly ServerRemoval[]): string {
  return removals
    .map(({ server, steps, losses }) =>
      [
        `-- ${describeAddress(server)}`,
        ...losses.map((loss) => `-- loses access: ${loss}`.replaceAll('\n', ' ')),
        ...steps.map(
          ({ database, sql }) =>
            `\n\\connect ${identifier(database)}\nBEGIN;\n${sql.map((each) => `${each};`).join('\n')}\nCOMMIT;`,
        ),
      ].join('\n'),
    )
    .join('\n\n');
}
