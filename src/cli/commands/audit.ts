/** `dbctl audit`: who may do what, as the database has it. */
import { type Access, accessOf } from '../../core/access/effective.ts';
import { matrixRows, matrixSums, rolesOf } from '../../core/access/matrix.ts';
import { type DomainObjects, objectsByDomain } from '../../core/manifest/resolve/domain-objects.ts';
import { closest } from '../../core/closest.ts';
import type { Manifest } from '../../core/manifest/manifest.ts';
import type { Catalog } from '../../core/model/catalog.ts';
import { inputError } from '../../core/model/problem.ts';
import { withConnection } from '../../db/connect.ts';
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

/** Who may do what in one database. */
interface Audited {
  readonly live: Catalog;
  readonly access: Access;
  readonly objects: ReadonlyMap<string, DomainObjects>;
}

/** Prints the matrix: roles and domains, or with --domain or --role object by object. */
export async function auditMatrix(
  context: Context,
  options: Readonly<Record<string, unknown>>,
): Promise<ExitStatus> {
  const role = options['role'] as string | undefined;
  const audited = await withTargets(context, async (targets, { manifest }) => {
    const audited: Audited[] = [];
    for (const target of targets) audited.push(await audit(target, manifest));
    return audited;
  });
  if (role !== undefined) requireRole(role, audited);
  const { format } = context.global;
  const isSummed = role === undefined && context.global.domains.length === 0;
  context.out(
    isSummed && (format === 'text' || format === 'markdown')
      ? summed(audited, context)
      : detailed(audited, role, context),
  );
  return 0;
}

/** Roles and domains. */
function summed(audited: readonly Audited[], { global: { format }, outColour: colour }: Context): string {
  return audited
    .map(({ live, access, objects }) => {
      const sums = matrixSums(objects, live, access);
      const relations = new Map([...objects].map(([name, { relations }]) => [name, relations.length]));
      const roles = rolesOf(live);
      const isMarkdown = format === 'markdown';
      const table = isMarkdown
        ? matrixMarkdown(sums, roles, relations, live.serverVersion)
        : matrixText(sums, roles, relations, live.serverVersion, colour);
      if (audited.length === 1) return table;
      return isMarkdown ? `## ${live.source}\n\n${table}` : `${colour.bold(live.source)}\n${table}`;
    })
    .join('\n\n');
}

/** Object by object. */
function detailed(
  audited: readonly Audited[],
  role: string | undefined,
  { global: { format }, outColour: colour }: Context,
): string {
  const rows = audited.flatMap(({ live, access, objects }) => matrixRows(objects, live, access, role));
  switch (format) {
    case 'json':
      return JSON.stringify(matrixJson(rows), null, 2);
    case 'csv':
      return matrixCsv(rows);
    case 'markdown':
      return objectsMarkdown(rows);
    default:
      return objectsText(rows, colour);
  }
}

async function audit({ address, database, domains }: Target, manifest: Manifest): Promise<Audited> {
  const options = { applicationName: 'dbctl audit', readOnly: true };
  const live = await withConnection(address, options, introspectAccess);
  const objects = objectsByDomain(manifest, live, database, domains);
  return { live, access: accessOf(live), objects };
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
