/** What the schema of the manifest cannot say: names that are not there, declarations that contradict one another. */
import { checkCrossings } from './check/crossings.ts';
import { checkDomains } from './check/domains.ts';
import { checkGrants } from './check/grants.ts';
import { checkLint } from './check/lint.ts';
import { checkPartitions } from './check/partitions.ts';
import type { ManifestProblem } from './check/problem.ts';
import { checkRoles } from './check/roles.ts';
import { checkTables } from './check/tables.ts';
import { checkZeroBytes } from './check/zero-bytes.ts';
import type { Manifest } from './manifest.ts';

/**
 * @param manifest one that its schema accepts.
 * @param today an ISO date (UTC): what was agreed until a day before it has expired.
 * @returns every problem there is, each with its place in the manifest and what to write instead.
 */
export async function checkManifest(manifest: Manifest, today: string): Promise<ManifestProblem[]> {
  // No SQL can be written of these: first they have to go.
  const unwritable = [...checkZeroBytes(manifest)];
  if (unwritable.length > 0) return unwritable;
  const { problems, tables } = await checkTables(manifest);
  const known = { manifest, tables, today };
  return [
    ...checkDomains(manifest),
    ...problems,
    ...checkCrossings(known),
    ...checkPartitions(known),
    ...checkRoles(manifest),
    ...checkGrants(known),
    ...checkLint(manifest, today),
  ];
}
