/** `dbctl validate`: the manifest alone, no database. */
import type { Context, ExitStatus } from '../context.ts';
import { shown } from '../shown-path.ts';
import { openProject } from '../target.ts';

export async function validate(context: Context): Promise<ExitStatus> {
  const { manifest, file } = await openProject(context, { expired: 'error' });
  const domains = [...manifest.domains.values()];
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  if (context.global.format === 'json') {
    const report = {
      version: 1,
      command: 'validate',
      valid: true,
      domains: [...manifest.domains.keys()],
      roles: [...manifest.roles.keys()],
      problems: [],
    };
    context.out(JSON.stringify(report, null, 2));
  } else {
    const parts = [
      count(domains.length, 'domain'),
      count(manifest.roles.size, 'role'),
      count(domains.flatMap(({ crossings }) => crossings).length, 'crossing'),
      count(domains.flatMap(({ partitions }) => partitions).length, 'partition set'),
    ];
    context.out(`${shown(file)} is valid: ${parts.join(', ')}`);
  }
  return 0;
}
