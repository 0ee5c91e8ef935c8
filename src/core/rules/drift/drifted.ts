/** The findings about objects that drifted, worded alike. */
import { type Drifted, describeChange } from '../../compare/structure.ts';
import { domainOf } from '../../manifest/domain-of.ts';
import type { Found } from '../../model/finding.ts';
import { nameOf } from '../../model/id.ts';
import type { DriftInput } from './input.ts';

export function* drifted(
  { manifest, database, structure }: DriftInput,
  as: Drifted['as'],
  say: (name: string, details: string) => string,
  help: string,
): Generator<Found> {
  for (const { object, as: how, changes, fix, losses } of structure.drifted) {
    if (how !== as) continue;
    const details = changes.map((change) => describeChange(change, object));
    const shown =
      details.slice(0, 5).join('; ') + (details.length > 5 ? `; and ${details.length - 5} more` : '');
    yield {
      domain: domainOf(manifest, database, object)?.name ?? null,
      subject: nameOf(object),
      discriminator: object.kind,
      message: say(`${object.kind.replaceAll('-', ' ')} ${nameOf(object)}`, shown),
      help: losses.length === 0 ? help : `${help} The fix loses data: ${losses.join('; ')}.`,
      fix,
    };
  }
}
