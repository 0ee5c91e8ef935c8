/** One run of the program: parse, load the command, report what was thrown. Returns the exit status. */
import pkg from '../../package.json' with { type: 'json' };

/** @param argv the arguments after the program's name. Never throws: every error becomes a message and a status. */
export async function run(argv: readonly string[]): Promise<number> {
  // Answered before anything is loaded: scripts ask for it at every start.
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    process.stdout.write(`${pkg.version}\n`);
    return 0;
  }
  const { execute } = await import('./program.ts');
  return execute(argv);
}
