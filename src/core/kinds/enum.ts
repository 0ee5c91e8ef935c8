/** Enum types. */
import { literal } from '../../sql/quote.ts';
import { type EnumId, keyOf } from '../model/id.ts';
import type { Draft, Kind } from './kind.ts';
import { alterType, createType, dropType, inItsSchema, publicUsage, renameType } from './type.ts';

export interface EnumAttributes {
  readonly labels: readonly string[];
}

export const enumType: Kind<EnumId, EnumAttributes> = {
  name: 'enum',
  rank: 30,
  references: inItsSchema,
  implies: publicUsage,
  create: ({ id, attrs }) => [createType(id, `ENUM (${attrs.labels.map(literal).join(', ')})`)],
  drop: dropType,
  alter(_changes, before, { id, attrs }, { isOneTransaction }) {
    const old = before.attrs.labels;
    const kept = attrs.labels.filter((label) => old.includes(label));
    // Labels may be added in place; none may go or move.
    if (kept.length !== old.length || kept.some((label, at) => label !== old[at])) return 'swap';
    if (isOneTransaction === true) return 'swap';
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
      const added = alterType(id, `ADD VALUE ${literal(label)}${where}`);
      // PostgreSQL refuses its use before the end of the transaction.
      drafts.push({ ...added, commits: [keyOf(id)] });
    });
    return drafts;
  },
  swap: { makeWay: renameType },
};
