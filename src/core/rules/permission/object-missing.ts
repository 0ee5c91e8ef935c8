import { type DomainObjects, relationNamed, schemaOfDomain } from '../../manifest/resolve/domain-objects.ts';
import { find } from '../../model/catalog.ts';
import type { GrantDeclaration, GrantTarget } from '../../manifest/manifest.ts';
import type { Found, Rule } from '../../model/finding.ts';
import { qualified } from '../../../sql/quote.ts';
import type { LiveInput } from '../input.ts';
import { granteeName } from '../wording.ts';

export const objectMissing: Rule<LiveInput> = {
  name: 'permission/object-missing',
  severity: 'error',
  summary: 'the manifest grants on a table, column or sequence that the database does not have',
  why: 'The grant means nothing as it is; most often a name was changed on one side.',
  *check(input) {
    const { manifest, objects } = input;
    for (const role of manifest.roles.values()) yield* ofDeclarations(input, objects, role.grants, role.name);
    yield* ofDeclarations(input, objects, manifest.public, 'public');
  },
};

function* ofDeclarations(
  input: LiveInput,
  objects: ReadonlyMap<string, DomainObjects>,
  declarations: readonly GrantDeclaration[],
  to: string,
): Generator<Found> {
  for (const { targets, path } of declarations)
    for (const target of targets) {
      const here = objects.get(target.domain);
      // Without its schema nothing of the domain is there: that is told by itself.
      const named = here === undefined ? undefined : nameIn(target);
      if (here === undefined || named === undefined || schemaOfDomain(input.live, here) === undefined)
        continue;
      const { schema } = here.domain;
      const absent = isThere(here, target, named)
        ? target.kind === 'columns'
          ? missingColumns(input, schema, target)
          : []
        : [qualified(schema, named)];
      for (const subject of absent)
        yield {
          domain: target.domain,
          subject,
          discriminator: granteeName(to),
          message: `the manifest grants ${granteeName(to)} privileges on ${subject}, which the database does not have`,
          help: 'Write the name as the database has it, or make the object: dbctl generate, dbctl migrate.',
          path,
        };
    }
}

function isThere(here: DomainObjects, { kind }: GrantTarget, named: string): boolean {
  const isNamed = ({ name }: { readonly name: string }) => name === named;
  switch (kind) {
    case 'sequences':
      return here.sequences.some(isNamed) || here.identities().some(({ sequence }) => isNamed(sequence));
    case 'types':
      return here.types.some(isNamed);
    default:
      return relationNamed(here, named) !== undefined;
  }
}

/** The one object that a target names; undefined: all of a class. Functions are no entries yet. */
function nameIn(target: GrantTarget): string | undefined {
  switch (target.kind) {
    case 'table':
    case 'columns':
      return target.table;
    case 'tables':
    case 'sequences':
    case 'types':
      return target.name;
    default:
      return undefined;
  }
}

function missingColumns(
  { live }: LiveInput,
  schema: string,
  { table, columns }: Extract<GrantTarget, { kind: 'columns' }>,
): string[] {
  if (find(live, { kind: 'table', schema, name: table }) === undefined) return [];
  return columns
    .filter((name) => find(live, { kind: 'column', schema, table, name }) === undefined)
    .map((name) => qualified(schema, table, name));
}
