/** Where the manifest is: beside the working directory or above it. */
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What a manifest may be called, the first found first. */
export const manifestNames = ['dbctl.yaml', 'dbctl.yml', 'dbctl.json'];

/** @returns the manifest's path: as given, or the first found from the working directory upward; undefined: none. */
export async function findManifest(cwd: string, given?: string): Promise<string | undefined> {
  if (given !== undefined) return given;
  for (let folder = cwd; ; folder = dirname(folder)) {
    for (const name of manifestNames) {
      const file = join(folder, name);
      if (
        await access(file).then(
          () => true,
          () => false,
        )
      )
        return file;
    }
    if (folder === dirname(folder)) return undefined;
  }
}
