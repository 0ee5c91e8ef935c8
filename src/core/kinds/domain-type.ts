/** Domain types: CREATE DOMAIN. Called so because a domain, in these sources, is a part of a system. */
import { identifier, qualified } from '../../sql/quote.ts';
import { type Catalog, edgeIndex, find } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { type DomainTypeId, type TypeId, isType, keyOf } from '../model/id.ts';
import { draft, type Draft, type Kind } from './kind.ts';
import { castRewrites, isConstrained } from './rewrites.ts';
import { alterType, dropType, inItsSchema, publicUsage, renameType } from './type.ts';

export type DomainTypeAttributes = {
  /** As format_type prints it: `character varying(255)`. */
  readonly type: string;
  /** Qualified; null for the type's own. */
  readonly collation: string | null;
  /** As pg_get_expr prints it under an empty search_path. */
  readonly default: string | null;
  readonly notNull: boolean;
  /** Of the NOT NULL constraint, where it has one that is not the one it gets by itself (from 17). */
  readonly notNullName: string | null;
};

const setNotNull = ({ notNull, notNullName }: DomainTypeAttributes): string | undefined =>
  !notNull ? undefined : notNullName === null ? 'NOT NULL' : `CONSTRAINT ${identifier(notNullName)} NOT NULL`;

/** Whether a column holds a domain inside of its own type, an array or a composite type: the server does not look there whether values keep a new constraint, and refuses it. */
export const isContained = (id: DomainTypeId, of: Catalog): boolean =>
  dependentsOf(id, of).some((dependent) => {
    if (dependent.id.kind === 'column') return (dependent.attrs['type'] as string).endsWith('[]');
    if (dependent.id.kind === 'domain-type') return isContained(dependent.id, of);
    return isType(dependent.id) && isHeld(dependent.id, of);
  });

/** Whether a column is of this type, or of one made of it. */
const isHeld = (id: TypeId, of: Catalog): boolean =>
  dependentsOf(id, of).some(
    (dependent) => dependent.id.kind === 'column' || (isType(dependent.id) && isHeld(dependent.id, of)),
  );
const dependentsOf = (id: TypeId, of: Catalog): Entry[] =>
  (edgeIndex(of).byReferenced.get(keyOf(id)) ?? []).map(({ dependent }) => of.entries.get(dependent)!);

export const domainType: Kind<DomainTypeId, DomainTypeAttributes> = {
  name: 'domain-type',
  rank: 32,
  references: inItsSchema,
  implies: publicUsage,
  create({ id, attrs }, { from }) {
    // The one that it takes the place of still has the name that the server would choose.
    const isTaken = find<DomainTypeId, DomainTypeAttributes>(from, id)?.attrs.notNull === true;
    const usual = isTaken && from.serverVersion >= 170000 ? `${id.name}_not_null` : null;
    const head = [
      `CREATE DOMAIN ${qualified(id.schema, id.name)} AS ${attrs.type}`,
      ...(attrs.collation === null ? [] : [`COLLATE ${attrs.collation}`]),
      ...(attrs.default === null ? [] : [`DEFAULT ${attrs.default}`]),
      ...(attrs.notNull ? [setNotNull({ ...attrs, notNullName: attrs.notNullName ?? usual })] : []),
    ].join(' ');
    return [draft((clauses) => [head, ...clauses].join('\n  '), { produces: [keyOf(id)] })];
  },
  drop: dropType,
  alter(changes, before, { id, attrs }, { from }) {
    const changed = new Set(changes.map(({ attr }) => attr as keyof DomainTypeAttributes));
    if (changed.has('type') || changed.has('collation')) return 'swap';
    if (changed.has('notNull') && attrs.notNull && isContained(id, from)) return 'swap';
    const drafts: Draft[] = [];
    if (changed.has('default'))
      drafts.push(alterType(id, attrs.default === null ? 'DROP DEFAULT' : `SET DEFAULT ${attrs.default}`));
    if (changed.has('notNull') || changed.has('notNullName')) {
      if (before.attrs.notNull) drafts.push(alterType(id, 'DROP NOT NULL'));
      if (attrs.notNull)
        drafts.push(
          alterType(id, attrs.notNullName === null ? 'SET NOT NULL' : `ADD ${setNotNull(attrs)!}`, [
            {
              name: 'depends-on-data',
              object: qualified(id.schema, id.name),
              detail: 'fails if a column of the domain holds a null; reads every table that has one',
            },
          ]),
        );
    }
    return drafts;
  },
  swap: {
    makeWay: renameType,
    rewrites: (before, { id, attrs }, to) =>
      castRewrites(before.attrs.type, 'text') || castRewrites('text', attrs.type) || isConstrained(id, to),
  },
};
