/** The manifest's faults as a person meets them: by the program, in a terminal or a pipe. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);

interface Run {
  readonly status: number;
  readonly out: string;
  readonly log: string;
}
const { DATABASE_URL: _none, ...environment } = process.env;

/** Runs the built program from the project's folder, so that it prints paths from there. */
async function dbctl(...args: readonly string[]): Promise<Run> {
  try {
    const { stdout, stderr } = await run(process.execPath, ['bin/dbctl.js', ...args], { env: environment });
    return { status: 0, out: stdout, log: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, out: stdout, log: stderr };
  }
}

beforeAll(async () => {
  if (!existsSync('dist')) await run(process.execPath, ['scripts/build.js']);
});

const broken = 'fixtures/manifests/broken';
const valid = 'fixtures/manifests/valid';
const [brokenCases, validCases] = await Promise.all([readdir(broken), readdir(valid)]);

/** The built program once per folder, all in one process: the entry runs anew each time, its parts are loaded once. */
const validateEach = `
  const runs = {};
  for (const [at, folder] of process.argv.slice(1).entries()) {
    const [written, write] = [{ out: '', log: '' }, {}];
    for (const [stream, key] of [['stdout', 'out'], ['stderr', 'log']]) {
      write[stream] = process[stream].write;
      process[stream].write = (text) => { written[key] += text; return true; };
    }
    process.argv = [process.argv[0], 'dbctl', 'validate', '-C', folder];
    await import(process.env.ENTRY + '?' + at);
    Object.assign(process.stdout, { write: write.stdout });
    Object.assign(process.stderr, { write: write.stderr });
    runs[folder] = { status: process.exitCode, ...written };
  }
  process.exitCode = 0;
  process.stdout.write(JSON.stringify(runs));
`;

describe('dbctl validate', () => {
  let runs: Record<string, Run> = {};
  beforeAll(async () => {
    const folders = [
      ...brokenCases.map((name) => join(broken, name)),
      ...validCases.map((name) => join(valid, name)),
    ];
    const { stdout } = await run(
      process.execPath,
      ['--no-warnings', '--input-type=module', '-e', validateEach, '--', ...folders],
      { env: { ...environment, ENTRY: pathToFileURL('dist/dbctl.js').href }, maxBuffer: 1e8 },
    );
    runs = JSON.parse(stdout) as Record<string, Run>;
  });

  it.each(brokenCases.sort())('%s: every place, status 2, no stack, no secret', async (name) => {
    const folder = join(broken, name);
    const expected = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')) as {
      file: string;
      line: number;
    }[];
    const { status, out, log } = runs[folder]!;
    expect(log).not.toMatch(/^ {4}at |this is a bug/m);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    for (const { file, line } of expected) expect(log).toContain(`${join(folder, file)}:${line}:`);
    expect(log).toMatch(/^ {2}help: [A-Z]/m);
    expect(out + log).not.toContain('hunter2');
  });

  it.each(validCases.sort())('%s is valid, without a warning', (name) => {
    const { status, out, log } = runs[join(valid, name)]!;
    expect({ status, log }).toEqual({ status: 0, log: '' });
    expect(out).toContain('is valid');
  });

  it('is the same alone in its process, and as one JSON document', async () => {
    const folder = join(broken, '11-misspelt-grants');
    expect(await dbctl('validate', '-C', folder)).toEqual(runs[folder]);
    const { status, out } = await dbctl('validate', '-C', folder, '--json');
    expect(status).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      version: 1,
      problems: [
        { message: expect.stringContaining('grants'), location: { file: join(folder, 'dbctl.yaml') } },
      ],
    });
  });
});

describe('dbctl init', () => {
  const folders: string[] = [];
  const folderCalled = async (name: string) => {
    const folder = await mkdtemp(join(tmpdir(), name));
    folders.push(folder);
    return folder;
  };
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

  it.each(['shop-', '123 ', 'Été & Söhne ', 'true'])(
    'in a folder called %s… writes a manifest that validates',
    async (name) => {
      const folder = await folderCalled(name);
      const made = await dbctl('init', '-C', folder, '--json');
      expect(made.status).toBe(0);
      expect(JSON.parse(made.out)).toEqual({
        version: 1,
        command: 'init',
        files: ['dbctl.yaml', 'domains/example/domain.yaml', 'domains/example/example.sql'],
      });
      const checked = await dbctl('validate', '-C', folder);
      expect(checked).toMatchObject({ status: 0, log: '' });
      expect(checked.out).toContain('1 domain, 2 roles');
    },
  );

  it('overwrites nothing unless it is told to', async () => {
    const folder = await folderCalled('shop-');
    const sql = join(folder, 'domains/example/example.sql');
    expect(await dbctl('init', '-C', folder)).toMatchObject({ status: 0 });
    await writeFile(sql, '-- mine');
    await rm(join(folder, 'dbctl.yaml'));
    const again = await dbctl('init', '-C', folder);
    expect(again.status).toBe(2);
    expect(again.log).toContain('example.sql is there already');
    expect(existsSync(join(folder, 'dbctl.yaml'))).toBe(false);
    expect(await readFile(sql, 'utf8')).toBe('-- mine');
    expect(await dbctl('init', '-C', folder, '--force')).toMatchObject({ status: 0 });
    expect(await readFile(sql, 'utf8')).toContain('CREATE TABLE');
  });

  it('makes no second manifest beside one of another name', async () => {
    const folder = await folderCalled('shop-');
    await writeFile(join(folder, 'dbctl.json'), '{}');
    const made = await dbctl('init', '-C', folder, '--force');
    expect(made.status).toBe(2);
    expect(made.log).toContain('Remove dbctl.json');
    expect(await readdir(folder)).toEqual(['dbctl.json']);
  });
});
