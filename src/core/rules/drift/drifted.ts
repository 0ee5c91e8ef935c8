/** The findings about objects that drifted, worded alike. */
import { type Drifted, describeChange } from '../../compare/structure.ts';
import { domainOf } from '../../manifest/domain-of.ts';
import type { Found } from '../../model/finding.ts';
import { type Id, type ObjectId, nameOf } from '../../model/id.ts';
import type { Change } from '../../model/change.ts';
import { readersOf } from '../permission/consequence.ts';
import { listOf } from '../wording.ts';
import { identifier } from '../../../sql/quote.ts';
import type { DriftInput } from './input.ts';

export function* drifted(
  input: DriftInput,
  as: Drifted['as'],
  say: (name: string, details: string) => string,
  help: string,
): Generator<Found> {
  const { manifest, database, structure } = input;
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
      consequence: rowsShown(input, object, changes),
      help: losses.length === 0 ? help : `${help} The fix loses data: ${losses.join('; ')}.`,
      fix,
    };
  }
}

/** Who sees other rows for a change of row security. */
function rowsShown(input: DriftInput, object: Id, changes: readonly Change[]): string | undefined {
  if (object.kind !== 'table') return undefined;
  const off = changes.some(
    (change) => change.op === 'alter' && change.attr === 'rowSecurity' && change.to === false,
  );
  const policies = changes.flatMap((change) => {
    const id = change.op === 'alter' ? change.id : change.entry.id;
    return id.kind === 'policy' ? [{ op: change.op, name: identifier(id.name) }] : [];
  });
  if (!off && policies.length === 0) return undefined;
  const readers = readersOf(input, object as ObjectId).map(identifier);
  if (readers.length === 0) return undefined;
  const verb = readers.length === 1 ? 'sees' : 'see';
  return off
    ? `${listOf(readers)} ${verb} every row: no policy holds any more`
    : `${listOf(readers)} ${verb} other rows than ${policies.length === 1 ? `policy ${policies[0]!.name} was` : 'the policies were'} to allow`;
}
