/** The program: a version at once, everything else through commander, one exit. */
import { run } from './run.ts';

process.exitCode = await run(process.argv.slice(2));
