/** Enum types. */
import { literal, qualified } from '../../sql/quote.ts';
import { type EnumId, keyOf } from '../model/id.ts';
import { publicPrivileges } from './privileges.ts';
import { draft, type Draft, type Kind } from './kind.ts';

export interface EnumAttributes {
  readonly labels: readonly string[];
}

export const enumType: Kind<EnumId, EnumAttributes> = {
  name: 'enum',
  rank: 30,
  references: ({ id }) => [{ to: { kind: 'schema', name: id.schema }, type: 'normal' }],
  implies: ({ id }) =>
    publicPrivileges('enum').map((privilege) => ({
      id: { kind: 'grant', on: id, to: 'public', privilege },
      attrs: { grantable: false },
    })),
  create: ({ id, attrs }) => [
    draft(`CREATE TYPE ${qualified(id.schema, id.name)} AS ENUM (${attrs.labels.map(literal).join(', ')})`, {
      produces: [keyOf(id)],
    }),
  ],
  drop: ({ id }) => [draft(`DROP TYPE ${qualified(id.schema, id.name)}`, { destroys: [keyOf(id)] })],
  alter(_changes, before, { id, attrs }) {
    const old = before.attrs.labels;
    const kept = attrs.labels.filter((label) => old.includes(label));
    // Labels may be added in place; none may go or move.
    if (kept.length !== old.length || kept.some((label, at) => label !== old[at])) return 'replace';
    const drafts: Draft[] = [];
    attrs.labels.forEach((label, at) => {
      if (old.includes(label)) return;
      const next = attrs.labels.slice(at + 1).find((later) => old.includes(later));
      const previous = attrs.labels[at - 1];
      const where =
        previous !== undefined
          ? ` AFTER ${literal(previous)}`
          : next !== undefined
            ? ` BEFORE ${literal(next)}`
            : '';
      drafts.push(
        draft(`ALTER TYPE ${qualified(id.schema, id.name)} ADD VALUE ${literal(label)}${where}`, {
          produces: [keyOf(id)],
        }),
      );
    });
    return drafts;
  },
};
