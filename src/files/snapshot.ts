/** Snapshots: a catalog as a file, the same bytes for the same catalog. docs/formats.md describes it. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ownReferences } from '../core/kinds/kinds.ts';
import { type Catalog, catalog, toldEdges } from '../core/model/catalog.ts';
import type { Entry } from '../core/model/entry.ts';
import type { EdgeType, NotAnalysed } from '../core/model/catalog.ts';
import type { Key } from '../core/model/id.ts';
import { inputError } from '../core/model/problem.ts';

const format = 'dbctl snapshot';
const formatOfSeveral = 'dbctl snapshots';
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

interface SnapshotsFile {
  readonly databases: Readonly<Record<string, SnapshotFile>>;
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

/** @param all by database. @returns the text of a snapshot of several. */
export function printSnapshots(all: ReadonlyMap<string, string>): string {
  const each = [...all].sort(([a], [b]) => (a < b ? -1 : 1));
  return `{"format":${JSON.stringify(formatOfSeveral)},"version":${version},"databases":{\n${each
    .map(([database, text]) => `${JSON.stringify(database)}:${text.trimEnd()}`)
    .join(',\n')}}}\n`;
}

/** @returns SHA-256 of a snapshot, in hexadecimal. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** @param source what messages call it. @throws KnownError (2) when it is no snapshot of one database, or one that this version does not read. */
export async function readSnapshot(file: string, source: string): Promise<Catalog> {
  const all = parseSnapshots(await readFile(file, 'utf8'), source);
  const [only, ...others] = all.values();
  if (only !== undefined && others.length === 0) return only;
  throw inputError({
    message: `${source} is a snapshot of ${all.size} databases: ${[...all.keys()].join(', ')}`,
    help: 'Take one of a single database: dbctl audit snapshot --domain <name>.',
  });
}

/** @returns the catalogs of a snapshot by database; one that is of one database does not name it. @throws as readSnapshot. */
export function parseSnapshots(text: string, source: string): ReadonlyMap<string, Catalog> {
  let parsed: Partial<SnapshotFile & SnapshotsFile> | null;
  try {
    parsed = JSON.parse(text) as Partial<SnapshotFile & SnapshotsFile> | null;
  } catch {
    parsed = null;
  }
  if (parsed === null || (parsed.format !== format && parsed.format !== formatOfSeveral))
    throw inputError({
      message: `${source} is no snapshot`,
      help: 'Name a file that `dbctl audit snapshot` wrote, an SQL file, or a folder of SQL files.',
    });
  if (parsed.version !== version)
    throw inputError({
      message: `${source} is a snapshot of version ${String(parsed.version)}; this dbctl reads version ${version}`,
      help: 'Take it again with this dbctl.',
    });
  if (parsed.format === format) return new Map([['', catalogIn(parsed as SnapshotFile, source)]]);
  return new Map(
    Object.entries((parsed as SnapshotsFile).databases).map(([database, each]) => [
      database,
      catalogIn(each, `${source}, database ${database}`),
    ]),
  );
}

function catalogIn({ serverVersion, entries, edges, notAnalysed }: SnapshotFile, source: string): Catalog {
  return catalog(
    source,
    serverVersion,
    entries,
    {
      own: ownReferences,
      told: toldEdges(edges.map(([dependent, referenced, type]) => ({ dependent, referenced, type }))),
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
