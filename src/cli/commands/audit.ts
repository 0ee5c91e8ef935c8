/** `dbctl audit`: who may do what, as the database has it. */
import { accessOf } from '../../core/access/effective.ts';
import { type MatrixRow, matrixRows, rolesOf } from '../../core/access/matrix.ts';
import { objectsByDomain } from '../../core/manifest/resolve/domain-objects.ts';
import { closest } from '../../core/closest.ts';
import type { Manifest } from '../../core/manifest/manifest.ts';
import type { Catalog } from '../../core/model/catalog.ts';
import { inputError } from '../../core/model/problem.ts';
import { connect } from '../../db/connect.ts';
import { introspectAccess } from '../../db/introspect/introspect.ts';
import type { Context, ExitStatus } from '../context.ts';
import {
  matrixCsv,
  matrixJson,
  matrixMarkdown,
  matrixText,
  objectsMarkdown,
  objectsText,
} from '../reporters/matrix.ts';
import { type Target, withTargets } from '../target.ts';

/** The matrix of one database. */
interface Audited {
  readonly target: Target;
  readonly live: Catalog;
  readonly rows: readonly MatrixRow[];
}

/** Prints the matrix: roles and domains, or with --domain or --role object by object. */
export async function auditMatrix(
  context: Context,
  options: Readonly<Record<string, unknown>>,
): Promise<ExitStatus> {
  const role = options['role'] as string | undefined;
  const { audited, manifest } = await withTargets(context, async (targets, { manifest }) => {
    const audited: Audited[] = [];
    for (const target of targets) audited.push(await audit(target, manifest, role));
    return { audited, manifest };
  });
  if (role !== undefined) requireRole(role, audited);
  const rows = audited.flatMap((each) => each.rows);
  const { outColour: colour } = context;
  const { format } = context.global;
  const isDetailed = role !== undefined || context.global.domains.length > 0;
  if (format === 'json') context.out(JSON.stringify(matrixJson(rows), null, 2));
  else if (format === 'csv') context.out(matrixCsv(rows));
  else if (isDetailed) context.out(format === 'markdown' ? objectsMarkdown(rows) : objectsText(rows, colour));
  else
    context.out(
      audited
        .map(({ target, live, rows }) => {
          const relations = relationCounts(manifest, target, live);
          const roles = rolesOf(live);
          if (format === 'markdown') {
            const table = matrixMarkdown(rows, roles, relations, live.serverVersion);
            return audited.length === 1 ? table : `## ${live.source}\n\n${table}`;
          }
          const table = matrixText(rows, roles, relations, live.serverVersion, colour);
          return audited.length === 1 ? table : `${colour.bold(live.source)}\n${table}`;
        })
        .join('\n\n'),
    );
  return 0;
}

async function audit(target: Target, manifest: Manifest, role: string | undefined): Promise<Audited> {
  const connection = await connect(target.address, { applicationName: 'dbctl audit', readOnly: true });
  try {
    const live = await introspectAccess(connection);
    const rows = matrixRows(manifest, target.database, live, accessOf(live), {
      domains: new Set(target.domains.map(({ name }) => name)),
      ...(role === undefined ? {} : { role }),
    });
    return { target, live, rows };
  } finally {
    await connection.close();
  }
}

function relationCounts(
  manifest: Manifest,
  { database, domains }: Target,
  live: Catalog,
): Map<string, number> {
  const objects = objectsByDomain(manifest, live, database, domains);
  return new Map([...objects].map(([name, { relations }]) => [name, relations.length]));
}

/** @throws KnownError (2) when no server that was asked has the role. */
function requireRole(role: string, audited: readonly Audited[]): void {
  const known = [...new Set(audited.flatMap(({ live }) => rolesOf(live)))];
  if (known.includes(role)) return;
  const near = closest(role, known);
  throw inputError({
    message: `--role ${role}: the server has no such role`,
    help:
      near === undefined ? `Name one of: ${known.join(', ')}.` : `Write --role ${near}, if you mean that.`,
  });
}
