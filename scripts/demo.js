// `npm run demo`: the reference system from its manifest to a migrated, linted, audited PostgreSQL; then three
// faults planted, found and put right. Works on a copy in a temporary folder with a server of its own, so that a
// developer's database is never touched, and leaves neither behind.
import { spawn } from 'node:child_process';
import { chmod, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import postgres from 'postgres';

const root = fileURLToPath(new URL('..', import.meta.url));
const dbctl = join(root, 'bin', 'dbctl.js');
const project = await mkdtemp(join(tmpdir(), 'dbctl-demo-'));
// PostgreSQL does not run as root: the user it runs as instead must get through to its data.
await chmod(project, 0o711);

// The demo must not reach a database that the caller's environment happens to name.
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => name !== 'DATABASE_URL' && !name.startsWith('PG')),
);
const style = (format, text) =>
  process.stdout.isTTY && !process.env.NO_COLOR ? styleText(format, text) : text;

const interrupted = new AbortController();
process.on('SIGINT', () => interrupted.abort());
process.on('SIGTERM', () => interrupted.abort());

let steps = 0;
function heading(text) {
  steps += 1;
  console.log(`\n${style(['bold', 'cyan'], `${steps}. ${text}`)}`);
}

/** Runs dbctl in the copy. Shows it as it goes, or with `quiet` returns what it printed. `always`: also after Ctrl-C. */
async function run(args, { expected = 0, quiet = false, always = false } = {}) {
  if (!always && interrupted.signal.aborted) throw new Error('interrupted');
  if (!quiet) console.log(style('dim', `$ dbctl ${args.join(' ')}`));
  const child = spawn(process.execPath, [dbctl, ...args], {
    cwd: project,
    env,
    stdio: ['ignore', quiet ? 'pipe' : 'inherit', 'inherit'],
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => (output += text));
  const status = await new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) => done(code ?? signal));
  });
  if (!always && interrupted.signal.aborted) throw new Error('interrupted');
  if (status !== expected)
    throw new Error(`dbctl ${args.join(' ')} ended with ${status}, not with ${expected}\n${output}`);
  return output;
}

/** Runs SQL on the demo's database and shows it. */
async function execute(statements) {
  const url = (await run(['dev', 'url'], { quiet: true })).trim();
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    for (const statement of statements) {
      console.log(`  ${style('yellow', `${statement};`)}`);
      await sql.unsafe(statement);
    }
  } finally {
    await sql.end();
  }
}

async function lint(expected) {
  return JSON.parse(await run(['lint', '--live', '--json', '--quiet'], { quiet: true, expected })).findings;
}

function assertFindings(findings, wanted) {
  const name = ({ rule, subject }) => `${rule} ${subject}`;
  const [have, want] = [findings, wanted].map((each) => each.map(name).sort().join('\n  '));
  if (have !== want)
    throw new Error(`lint was to find exactly\n  ${want || 'nothing'}\nbut found\n  ${have || 'nothing'}`);
}

async function demo() {
  for (const part of ['dbctl.yaml', 'domains', 'migrations'])
    await cp(join(root, part), join(project, part), { recursive: true });

  heading('The manifest is sound');
  await run(['validate']);

  heading('The migrations are what the manifest and the SQL files ask for');
  await run(['generate', 'demo', '--check']);

  heading('A PostgreSQL to work on: the embedded one');
  await run(['dev', 'start']);

  heading('The migrations are applied, and the partitions that are due are made');
  await run(['migrate']);
  await run(['status']);

  heading('The database is what the manifest says');
  await run(['lint', '--live']);
  assertFindings(await lint(0), []);

  heading('Who may do what');
  await run(['audit']);

  heading('Three faults are planted');
  const now = new Date();
  const month = `${now.getUTCFullYear()}_${String(now.getUTCMonth() + 1).padStart(2, '0')}`;
  await execute([
    'ALTER TABLE audit.audit_logs ADD CONSTRAINT audit_logs_user_fkey FOREIGN KEY (user_id) REFERENCES auth.users (id)',
    'GRANT SELECT ON auth.users TO llmproxy_reporting',
    `DROP TABLE metrics.llm_requests_${month}`,
  ]);

  heading('lint finds exactly these three');
  await run(['lint', '--live'], { expected: 1 });
  const findings = await lint(1);
  assertFindings(findings, [
    { rule: 'boundary/foreign-key', subject: 'audit.audit_logs.audit_logs_user_fkey' },
    { rule: 'permission/unexpected', subject: 'auth.users' },
    { rule: 'partition/missing', subject: 'metrics.llm_requests_partitioned' },
  ]);

  heading('The SQL that comes with each finding puts it right');
  for (const { rule, subject, fix } of findings) {
    console.log(`${rule} ${subject}`);
    await execute(fix);
  }

  heading('The database is what the manifest says, again');
  await run(['lint', '--live']);
  assertFindings(await lint(0), []);
}

try {
  await demo();
  console.log(`\n${style(['bold', 'green'], 'All of it went as it should.')}`);
} catch (error) {
  process.exitCode = interrupted.signal.aborted ? 130 : 1;
  console.error(
    `\n${style(['bold', 'red'], 'The demo failed:')} ${error instanceof Error ? error.message : String(error)}`,
  );
} finally {
  heading('The server is stopped, and the copy removed');
  // Throws when the server does not stop: its data then stay where they are.
  await run(['dev', 'stop'], { always: true });
  await rm(project, { recursive: true, force: true });
}
