/** Snapshots: a catalog as a file, the same bytes for the same catalog. docs/formats.md describes it. */
import { readFile } from 'node:fs/promises';
import { ownReferences } from '../core/kinds/kinds.ts';
import { type Catalog, catalog } from '../core/model/catalog.ts';
import type { Entry } from '../core/model/entry.ts';
import type { EdgeType, NotAnalysed } from '../core/model/catalog.ts';
import type { Key } from '../core/model/id.ts';
import { inputError } from '../core/model/problem.ts';

const format = 'dbctl snapshot';
/** Raised when the meaning of what is in it changes. */
const version = 1;

interface SnapshotFile {
  readonly format: string;
  readonly version: number;
  readonly serverVersion: number;
  readonly entries: readonly Entry[];
  readonly edges: readonly (readonly [dependent: Key, referenced: Key, type: EdgeType])[];
  readonly notAnalysed: readonly NotAnalysed[];
}

/** @returns the text of a snapshot: it says nothing of where or when it was taken, so that equal catalogs give equal files. */
export function printSnapshot({ serverVersion, entries, edges, notAnalysed }: Catalog): string {
  const sortedEdges = edges
    .map(({ dependent, referenced, type }) => JSON.stringify([dependent, referenced, type]))
    .sort();
  const lines = (list: readonly string[]) => (list.length === 0 ? '[]' : `[\n${list.join(',\n')}\n]`);
  return [
    `{"format":${JSON.stringify(format)},"version":${version},"serverVersion":${serverVersion},`,
    `"entries":${lines([...entries.values()].map((entry) => JSON.stringify(canonical(entry))))},`,
    `"edges":${lines(sortedEdges)},`,
    `"notAnalysed":${lines(notAnalysed.map((each) => JSON.stringify(canonical(each))).sort())}}\n`,
  ].join('\n');
}

/** @param source what messages call it. @throws KnownError (2) when it is no snapshot, or one that this version does not read. */
export async function readSnapshot(file: string, source: string): Promise<Catalog> {
  const text = await readFile(file, 'utf8');
  let parsed: Partial<SnapshotFile> | null;
  try {
    parsed = JSON.parse(text) as Partial<SnapshotFile> | null;
  } catch {
    parsed = null;
  }
  if (parsed?.format !== format)
    throw inputError({
      message: `${source} is no snapshot`,
      help: 'Name a file that `dbctl audit snapshot` wrote, an SQL file, or a folder of SQL files.',
    });
  if (parsed.version !== version)
    throw inputError({
      message: `${source} is a snapshot of version ${String(parsed.version)}; this dbctl reads version ${version}`,
      help: 'Take it again with this dbctl.',
    });
  const { serverVersion, entries, edges, notAnalysed } = parsed as SnapshotFile;
  return catalog(
    source,
    serverVersion,
    entries,
    {
      own: ownReferences,
      told: edges.map(([dependent, referenced, type]) => ({ dependent, referenced, type })),
    },
    notAnalysed,
  );
}

/** The same value with the names of every object in it in one order. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, each]) => [name, canonical(each)]),
  );
}
