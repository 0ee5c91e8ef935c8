import type { ColumnAttributes } from '../../kinds/parts.ts';
import { domainsIn } from '../../manifest/domain-of.ts';
import type { Domain } from '../../manifest/manifest.ts';
import { type Catalog, find } from '../../model/catalog.ts';
import type { Rule } from '../../model/finding.ts';
import { type ColumnId, relationsOf } from '../../model/id.ts';
import { qualified } from '../../../sql/quote.ts';
import type { LiveInput } from '../input.ts';
import { dotted } from './dotted.ts';

export const referenceType: Rule<LiveInput> = {
  name: 'boundary/reference-type',
  severity: 'error',
  summary: 'a declared reference has a column that is missing, or of another type than what it refers to',
  why: 'No constraint watches over a reference by value: a key that does not fit is never found again.',
  *check({ manifest, database, live }) {
    for (const domain of domainsIn(manifest, database))
      for (const { from, to, path } of domain.references) {
        const [target, ...there] = dotted(to);
        const other = manifest.domains.get(target ?? '');
        if (other === undefined || other.database !== database || other.isolation === 'external') continue;
        const here = resolve(live, domain, dotted(from));
        const key = resolve(live, other, there);
        // A table that is not there yet is not the reference's fault.
        if (here === 'no table' || key === 'no table') continue;
        const found = { domain: domain.name, subject: here.name, discriminator: to, path };
        const missing = here.type === undefined ? here : key.type === undefined ? key : undefined;
        if (missing !== undefined)
          yield {
            ...found,
            message: `the reference ${from} → ${to}: there is no column ${missing.name}`,
            help: 'Correct the reference in the manifest, or add the column.',
          };
        else if (here.type !== key.type)
          yield {
            ...found,
            message: `${here.name} is ${here.type}, but ${key.name}, to which it refers, is ${key.type}`,
            help: 'Give the column the type of the key that it holds.',
          };
      }
  },
};

function resolve(
  live: Catalog,
  { schema, prefix }: Domain,
  [table = '', column = '']: readonly string[],
): 'no table' | { readonly name: string; readonly type: string | undefined } {
  for (const name of [table, ...(prefix === undefined ? [] : [prefix + table])]) {
    const candidates = relationsOf({ schema, table: name });
    if (candidates.every((relation) => find(live, relation) === undefined)) continue;
    const found = find<ColumnId, ColumnAttributes>(live, {
      kind: 'column',
      schema,
      table: name,
      name: column,
    });
    return { name: qualified(schema, name, column), type: found?.attrs.type };
  }
  return 'no table';
}
