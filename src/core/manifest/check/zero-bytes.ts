/** PostgreSQL keeps no zero byte in a name or a text: where one stands, nothing can be made of it. */
import type { Manifest, ManifestPath } from '../manifest.ts';
import { type ManifestProblem, error } from './problem.ts';

export function* checkZeroBytes({ domains, roles }: Manifest): Generator<ManifestProblem> {
  for (const [key, declarations] of Object.entries({ domains, roles }))
    for (const [name, declaration] of declarations)
      if (hasZeroByte(declaration)) {
        const path: ManifestPath = [key, name];
        yield error(
          path,
          'a zero byte stands in a name or a text here',
          'Delete it (\\0 in quotes): PostgreSQL cannot keep it.',
        );
      }
}

function hasZeroByte(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0');
  if (value instanceof Map) return [...value].some(hasZeroByte);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasZeroByte);
}
