/** The first manifest of a project: commented, valid, and small enough to read. */
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inputError, operationalError } from '../../core/model/problem.ts';
import { manifestNames } from './find.ts';

interface ScaffoldFile {
  /** Relative to the project's folder. */
  readonly path: string;
  readonly text: string;
}

/**
 * Writes a manifest, and an example domain with its SQL.
 * @param name the system's name, as a folder may be called; what it lends the roles is a plain identifier.
 * @param force whether files that are there may be overwritten.
 * @returns the files' paths, relative to the folder.
 * @throws KnownError (2) naming every file that is in the way; then nothing is written. (3) when the disk refuses.
 */
export async function writeScaffold(directory: string, name: string, force: boolean): Promise<string[]> {
  const files = scaffold(name);
  const paths = files.map(({ path }) => path);
  const inTheWay: string[] = [];
  for (const path of new Set([...manifestNames, ...paths]))
    if (await isThere(join(directory, path))) inTheWay.push(path);
  const other = inTheWay.find((path) => !paths.includes(path));
  if (inTheWay.length > 0 && (!force || other !== undefined))
    throw inputError(
      ...inTheWay.map((path) => ({
        message: `${join(directory, path)} is there already; nothing is written`,
        help:
          other === undefined
            ? 'Overwrite it with --force, or choose another folder with --cwd.'
            : `Remove ${other}, or choose another folder with --cwd: a project has one manifest.`,
      })),
    );
  try {
    for (const { path, text } of files) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), text);
    }
  } catch (error) {
    throw operationalError(
      {
        message: `cannot write the manifest: ${(error as Error).message}`,
        help: 'Make the folder writable, with room on its disk.',
      },
      error,
    );
  }
  return paths;
}

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

function scaffold(name: string): readonly ScaffoldFile[] {
  const system = name.normalize('NFKD').replaceAll(/[^\w-]+/g, '') || 'system';
  // Roles belong to a whole server: the system's name keeps them apart from others'.
  const prefix = system
    .toLowerCase()
    .replaceAll('-', '_')
    .replace(/^(?=\d|pg_)/, 's_')
    .slice(0, 40);
  return [
    {
      path: 'dbctl.yaml',
      text: manifest(
        /^[a-z]/i.test(system) && !/^(true|false|null)$/i.test(system) ? system : JSON.stringify(system),
        prefix,
      ),
    },
    { path: 'domains/example/domain.yaml', text: domain(prefix) },
    { path: 'domains/example/example.sql', text: sql },
  ];
}

const schemaLine = (up: string) =>
  `# yaml-language-server: $schema=${up}node_modules/dbctl/schemas/manifest.schema.json`;

const manifest = (system: string, prefix: string) => `${schemaLine('./')}
#
# What there is in PostgreSQL, to whom it belongs, and who may do what with it.
version: 1
name: ${system}

# One file a domain, so that each team owns its own. Further domains: copy domains/example.
include: [domains/*/domain.yaml]

# Where the domains live. Without a URL, dbctl starts a PostgreSQL of its own under .dbctl/.
# databases:
#   main: { url: "\${DATABASE_URL}" }

# How one domain may depend on another: forbid, declared (under \`crossings\` in its file) or allow.
boundaries:
  foreignKeys: declared
  views: declared
  functions: forbid

roles:
  # Owns the domains' schemas and everything in them.
  ${prefix}_owner:
    comment: Owner of every domain

  # What the application may do. Presets: read, write, read-write, append, all; or PostgreSQL's privileges.
  ${prefix}_app:
    comment: The application
    grants:
      - { on: example, privileges: read-write }

  # Who connects. A password never stands in a manifest: the environment holds it.
  # ${prefix}_service:
  #   login: true
  #   memberOf: [${prefix}_app]
  #   password: { env: ${prefix.toUpperCase()}_PASSWORD }
  #   settings: { statement_timeout: 30s }

# What dbctl leaves alone: the roles of whoever runs the server. Any other role's privilege is reported.
unmanaged:
  roles: [postgres, "rds*", "cloudsql*", "azure*"]
  otherRoles: report

# Findings that are accepted, each with somebody who answers for it.
lint:
  rules: {}
  waivers: []
  # - { rule: boundary/view, subject: example.overview, owner: team-example, reason: why, until: 2027-06-30 }
`;

const domain = (prefix: string) => `${schemaLine('../../')}
version: 1
domains:
  # A domain has the schema of its name, unless it says otherwise.
  example:
    description: Notes, to show how a domain is declared # becomes the schema's comment
    owner: ${prefix}_owner

    # The desired state in plain SQL. \`dbctl generate\` writes the migrations that lead there.
    sql: ["*.sql"]

    # Small tables may stand here. What follows a column's name is SQL, as in CREATE TABLE.
    tables:
      tags:
        comment: Words to find notes by
        columns:
          id: uuid primary key default gen_random_uuid()
          word: text not null unique

    # A foreign key or a view that reaches another domain is declared, with whoever answers for it.
    # crossings:
    #   - { from: notes.user_id, to: users.users.id, as: foreign-key, onDelete: cascade,
    #       owner: team-example, reason: a user's notes go with them, until: 2027-06-30 }

    # Another domain's key, held by value: no constraint, but types are compared.
    # references:
    #   - { from: notes.user_id, to: users.users.id }

    # A table that is partitioned by time: its partitions are made ahead.
    # partitions:
    #   events: { by: created_at, every: 1 month, premake: 3, retain: 13 months }
`;

const sql = `-- The tables as they should be, statements in any order. No data: that is a migration's business.

CREATE TABLE example.notes (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    title text NOT NULL,
    body text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE example.notes IS 'What somebody wrote down';

CREATE INDEX idx_notes_created_at ON example.notes (created_at);
`;
