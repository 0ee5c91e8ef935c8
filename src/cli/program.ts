/** The command line: every command with its options and examples. A command's code is loaded when it is called. */
import { Command, CommanderError, Option } from 'commander';
import pkg from '../../package.json' with { type: 'json' };
import type { Context, ExitStatus } from './context.ts';
import { openContext } from './open-context.ts';
import { whileAlive } from './while-alive.ts';
import { reportError } from './report-error.ts';

type Options = Record<string, unknown>;
type Run = (context: Context, options: Options, ...positional: (string | undefined)[]) => Promise<ExitStatus>;
/** Loads a command's module and picks its function. */
type Load = () => Promise<Run>;

interface CommandLine {
  readonly name: string;
  readonly summary: string;
  readonly positional?: readonly string[];
  readonly options?: readonly Option[];
  readonly examples: readonly string[];
  readonly load?: Load;
  /** What --format takes, the default first; unless said: text and json. */
  readonly formats?: readonly string[];
  readonly isDefault?: boolean;
  readonly children?: readonly CommandLine[];
}

const option = (flags: string, description: string, choices?: readonly string[]) => {
  const made = new Option(flags, description);
  return choices === undefined ? made : made.choices(choices);
};
const dryRun = (what: string) => option('--dry-run', `print ${what}, write nothing`);
const allowDestructive = option('--allow-destructive', 'consent to steps that lose data');
const repeated = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];

const commandLines: readonly CommandLine[] = [
  {
    name: 'init',
    summary: 'scaffold a manifest that validates, or read a live database into one',
    options: [
      option(
        '--from <url>',
        'read this database into manifest, SQL, first migrations and baseline; it is not touched',
      ),
      option('--by <what>', 'with --from: a domain per schema, or per prefix of the names in public', [
        'schema',
        'prefix',
      ]),
      dryRun('what --from would write'),
      option('--force', 'overwrite a manifest that is there'),
    ],
    examples: ['dbctl init', 'dbctl init -C services/billing', 'dbctl init --from "$DATABASE_URL"'],
    load: async () => (await import('./commands/init.ts')).init,
  },
  {
    name: 'validate',
    summary: 'check the manifest; needs no database',
    examples: ['dbctl validate', 'dbctl validate --json'],
    load: async () => (await import('./commands/validate.ts')).validate,
  },
  {
    name: 'generate',
    summary: 'write the difference between the migrations and the desired state as migrations',
    positional: ['<name>'],
    options: [
      option('--check', 'write nothing; exit with 1 if something would be written'),
      dryRun('the migrations'),
      allowDestructive,
      option('--no-prove', 'write them without trying them on a shadow first'),
      option('--version-stamp <yyyymmddhhmmssmmm>', 'version of the first file written (UTC); default: now'),
    ],
    examples: ['dbctl generate add_invoices', 'dbctl generate ci --check'],
    load: async () => (await import('./commands/generate.ts')).generate,
  },
  {
    name: 'diff',
    summary: 'print the SQL that turns one source into another; writes to neither',
    options: [
      option(
        '--from <source>',
        'a database URL, an SQL file or folder, a snapshot, `manifest` or `migrations`',
      ).makeOptionMandatory(),
      option('--to <source>', 'likewise').makeOptionMandatory(),
      option('--plain', 'plain DDL: not in steps that spare the users of tables that hold rows'),
      allowDestructive,
    ],
    formats: ['sql', 'json'],
    examples: [
      'dbctl diff --from "$STAGING_URL" --to "$PRODUCTION_URL"',
      'dbctl diff --from schema.sql --to schema/ | psql -v ON_ERROR_STOP=1',
      'dbctl diff --from "$DATABASE_URL" --to manifest --json',
    ],
    load: async () => (await import('./commands/diff.ts')).diff,
  },
  {
    name: 'migrate',
    summary: 'apply the pending migrations and make the partitions that are due',
    options: [
      option('--to <version>', 'stop after this version'),
      dryRun('the SQL'),
      allowDestructive,
      option('--adopt', 'run nothing: record as applied what the database is already, once that is proven'),
      option('--allow-extra', 'with --adopt: though the database has something besides'),
    ],
    examples: [
      'dbctl migrate',
      'dbctl migrate --dry-run',
      'dbctl migrate --to 20261121093000000',
      'dbctl migrate --adopt',
    ],
    load: async () => (await import('./commands/migrate.ts')).migrate,
  },
  {
    name: 'rollback',
    summary: 'take back applied migrations, the newest first',
    options: [
      option('--steps <n>', 'how many migrations (default 1)'),
      option('--to <version>', 'take back everything after this version; 0 takes back everything'),
      dryRun('the SQL'),
      allowDestructive,
    ],
    examples: ['dbctl rollback', 'dbctl rollback --steps 3', 'dbctl rollback --to 0'],
    load: async () => (await import('./commands/rollback.ts')).rollback,
  },
  {
    name: 'status',
    summary: 'tell what is applied and what is pending',
    examples: ['dbctl status', 'dbctl status --json'],
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    name: 'lint',
    summary: 'check migrations, and with --live the database, against the manifest',
    positional: ['[paths...]'],
    options: [option('--live', 'check the live database too')],
    examples: ['dbctl lint', 'dbctl lint --live --json', 'dbctl lint --live --domain auth'],
    load: async () => (await import('./commands/lint.ts')).lint,
  },
  {
    name: 'drift',
    summary: 'tell what in the live database is not as the manifest and the applied migrations have it',
    options: [
      option('--fix-sql <file>', 'write the SQL that puts it right'),
      option('--fix', 'show that SQL, and run it in one transaction'),
      allowDestructive,
    ],
    examples: ['dbctl drift', 'dbctl drift --json', 'dbctl drift --fix-sql fix.sql', 'dbctl drift --fix'],
    load: async () => (await import('./commands/drift.ts')).drift,
  },
  {
    name: 'audit',
    summary: 'tell who may do what',
    examples: ['dbctl audit', 'dbctl audit matrix --domain metrics', 'dbctl audit --json'],
    children: [
      {
        name: 'matrix',
        summary: 'the matrix of roles and domains',
        options: [option('--role <name>', 'only this role')],
        formats: ['text', 'json', 'markdown', 'csv'],
        examples: [
          'dbctl audit matrix',
          'dbctl audit matrix --role llmproxy_app --domain auth',
          'dbctl audit matrix --format csv --output access.csv',
        ],
        isDefault: true,
        load: async () => (await import('./commands/audit.ts')).auditMatrix,
      },
      {
        name: 'explain',
        summary: 'whether a role may do something, by which paths, and if not, why not (exit 1)',
        positional: ['<role>', '<privilege>', '<object>'],
        examples: [
          'dbctl audit explain llmproxy_app select auth.users',
          'dbctl audit explain llmproxy_app update auth.users.email',
          'dbctl audit explain llmproxy_app usage schema:auth --database-url "$PRODUCTION_URL" --json',
        ],
        load: async () => (await import('./commands/audit-explain.ts')).auditExplain,
      },
      {
        name: 'who-can',
        summary: 'which roles may do something, and by which paths',
        positional: ['<privilege>', '<object>'],
        examples: ['dbctl audit who-can select auth.users', 'dbctl audit who-can connect database'],
        load: async () => (await import('./commands/audit-explain.ts')).auditWhoCan,
      },
      {
        name: 'role',
        summary: 'everything that a role reaches, by domain: now, after SET ROLE, and through code of others',
        positional: ['<role>'],
        examples: ['dbctl audit role llmproxy_app', 'dbctl audit role llmproxy_app --json'],
        load: async () => (await import('./commands/audit-role.ts')).auditRole,
      },
      {
        name: 'future',
        summary: 'who would get what on objects that a role makes in a schema',
        positional: ['<role>', '<schema>'],
        examples: ['dbctl audit future llmproxy_admin auth'],
        load: async () => (await import('./commands/audit-role.ts')).auditFuture,
      },
      {
        name: 'diff',
        summary:
          'who gained and who lost which access between two of: a snapshot’s file, `stored:latest`, `stored:<hash>`, `live` (exit 1)',
        positional: ['<a>', '<b>'],
        examples: [
          'dbctl audit diff january.json live',
          'dbctl audit diff stored:latest live',
          'dbctl audit diff january.json february.json --json',
        ],
        load: async () => (await import('./commands/audit-diff.ts')).auditDiff,
      },
      {
        name: 'snapshot',
        summary: 'write what the live databases are like to a file that diff reads, or keep it in them',
        options: [option('--store', 'keep it in each database, in dbctl.snapshots, and print its hash')],
        formats: ['json'],
        examples: ['dbctl audit snapshot --output production.json', 'dbctl audit snapshot --store'],
        load: async () => (await import('./commands/audit-snapshot.ts')).auditSnapshot,
      },
    ],
  },
  {
    name: 'roles',
    summary: 'what is done to a role by no file: its password, and its end',
    examples: ['dbctl roles set-password llmproxy_gateway', 'dbctl roles remove old_app --dry-run'],
    children: [
      {
        name: 'set-password',
        summary: 'set a role’s password; the server sees a SCRAM verifier, and nobody the password',
        positional: ['<role>'],
        options: [option('--env <name>', 'the environment variable that holds it; default: the manifest’s')],
        examples: [
          'dbctl roles set-password llmproxy_gateway',
          'dbctl roles set-password llmproxy_reporter --env NEW_PASSWORD',
        ],
        load: async () => (await import('./commands/roles.ts')).setPassword,
      },
      {
        name: 'remove',
        summary: 'drop a role that the manifest has no more, after what it owns and holds in every database',
        positional: ['<role>'],
        options: [
          option('--reassign-to <role>', 'who is to own what it owns'),
          dryRun('the SQL and what is lost'),
          allowDestructive,
        ],
        examples: [
          'dbctl roles remove old_app --dry-run',
          'dbctl roles remove old_admin --reassign-to llmproxy_admin --allow-destructive',
        ],
        load: async () => (await import('./commands/roles-remove.ts')).removeRole,
      },
    ],
  },
  {
    name: 'partitions',
    summary: 'the life of partition sets',
    examples: ['dbctl partitions', 'dbctl partitions ensure --dry-run'],
    children: [
      {
        name: 'status',
        summary: 'tell which partitions there are, how far they reach, and what is missing',
        examples: ['dbctl partitions status --json'],
        isDefault: true,
        load: async () => (await import('./commands/partitions.ts')).partitionsStatus,
      },
      {
        name: 'ensure',
        summary: 'make the partitions that are due',
        options: [dryRun('the SQL')],
        examples: ['dbctl partitions ensure', 'dbctl partitions ensure --dry-run'],
        load: async () => (await import('./commands/partitions.ts')).partitionsEnsure,
      },
    ],
  },
  {
    name: 'dev',
    summary: 'the embedded PostgreSQL',
    examples: ['dbctl dev start', 'psql "$(dbctl dev url)"', 'dbctl dev stop'],
    children: (['start', 'stop', 'status', 'url', 'psql'] as const).map((name) => ({
      name,
      summary: {
        start: 'start it and leave it running',
        stop: 'stop it',
        status: 'tell whether it runs, and where its data is',
        url: 'print its connection URL',
        psql: 'open psql on it',
      }[name],
      ...(name === 'status' ? { isDefault: true } : {}),
      ...(name === 'psql' || name === 'url'
        ? { positional: ['[database]'], examples: [`dbctl dev ${name}`, `dbctl dev ${name} main`] }
        : { examples: [`dbctl dev ${name}`] }),
      load: async () => (await import('./commands/dev.ts'))[name],
    })),
  },
];

/** Parses the arguments, runs the command. Returns the exit status; prints every error. */
export async function execute(argv: readonly string[]): Promise<number> {
  // `dbctl … | head` closes the pipe: that is no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  let status: number = 0;
  const program = new Command('dbctl')
    .description('Gives every domain of a system its own corner of PostgreSQL, and keeps it that way.')
    .version(pkg.version, '-V, --version')
    .addOption(option('-C, --cwd <folder>', 'work as if started there'))
    .addOption(option('-m, --manifest <file>', 'the manifest; default: dbctl.yaml, found upward'))
    .addOption(
      option(
        '--database-url <url>',
        'a PostgreSQL server to use instead of the embedded one or DATABASE_URL',
      ),
    )
    .addOption(option('--domain <name>', 'only this domain; may be repeated').argParser(repeated))
    .addOption(
      option('--format <format>', 'text, json, or another that the command names; default: its first'),
    )
    .addOption(option('--json', 'the same as --format json'))
    .addOption(option('--output <file>', 'write the result there instead of standard output'))
    .addOption(option('--color', 'colour even when piped'))
    .addOption(option('--no-color', 'no colour'))
    .addOption(option('-q, --quiet', 'no progress on standard error'))
    .addOption(option('-v, --verbose', 'more on standard error'))
    .showHelpAfterError('Run it with --help to see what it takes.')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  const action = (load: Load, formats: readonly string[]) =>
    async function (this: Command): Promise<void> {
      const options = this.optsWithGlobals<Options>();
      const format = options['format'] as string | undefined;
      if (format !== undefined && !formats.includes(format))
        this.error(`error: --format ${format}: ${this.name()} prints ${formats.join(' or ')}`);
      const { context, close } = await openContext(options, program.getOptionValueSource('color') === 'cli');
      try {
        const command = await load();
        const positional = this.processedArgs as (string | undefined)[];
        status = await whileAlive(command(context, options, ...positional));
        await close();
      } catch (error) {
        await close();
        status = reportError(error, context);
      }
    };
  const add = (parent: Command, line: CommandLine): void => {
    const command = parent
      .command(line.name, line.isDefault ? { isDefault: true } : {})
      .description(line.summary)
      .addHelpText('after', `\nExamples:\n${line.examples.map((text) => `  $ ${text}`).join('\n')}`);
    for (const name of line.positional ?? []) command.argument(name);
    for (const each of line.options ?? []) command.addOption(each);
    if (line.load !== undefined) command.action(action(line.load, line.formats ?? ['text', 'json']));
    for (const child of line.children ?? []) add(command, child);
  };
  for (const line of commandLines) add(program, line);
  program.addHelpText(
    'after',
    '\nExit status: 0 clean; 1 findings, pending work or drift; 2 usage, manifest or migration file; 3 connection, SQL or lock.',
  );
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    // Commander has printed its message; help and version are no error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  return status;
}
