/** Views. */
import { identifier, qualified } from '../../sql/quote.ts';
import { equal } from '../diff/diff.ts';
import { type ViewId, keyOf } from '../model/id.ts';
import { accessExclusive } from './alter-table.ts';
import { draft, type Kind } from './kind.ts';
import { storageParameter } from './options.ts';

export interface ViewAttributes {
  /** As pg_get_viewdef prints it, without the semicolon. */
  readonly definition: string;
  /** In order: what CREATE OR REPLACE may only add to. */
  readonly columns: readonly ViewColumn[];
  /** `security_invoker=true`, sorted. */
  readonly options: readonly string[];
}

export type ViewColumn = {
  readonly name: string;
  readonly type: string;
  /** null: the type's own. */
  readonly collation: string | null;
};

/** @returns CREATE VIEW. @param replace with OR REPLACE. */
export function createView(id: ViewId, attrs: ViewAttributes, replace: boolean): string {
  const options =
    attrs.options.length === 0 ? '' : `\nWITH (${attrs.options.map(storageParameter).join(', ')})`;
  const create = replace ? 'CREATE OR REPLACE VIEW' : 'CREATE VIEW';
  return `${create} ${qualified(id.schema, id.name)}${options} AS\n${attrs.definition}`;
}

export const view: Kind<ViewId, ViewAttributes> = {
  name: 'view',
  rank: 70,
  references: ({ id }) => [{ to: { kind: 'schema', name: id.schema }, type: 'normal' }],
  create: ({ id, attrs }) => [draft(createView(id, attrs, false), { produces: [keyOf(id)] })],
  drop: ({ id }) => [
    draft(`DROP VIEW ${qualified(id.schema, id.name)}`, {
      destroys: [keyOf(id)],
      locks: accessExclusive(id),
    }),
  ],
  alter(changes, before, { id, attrs }) {
    if (!changes.some(({ attr }) => attr === 'definition' || attr === 'columns')) {
      const nameOf = (option: string) => option.slice(0, option.indexOf('='));
      const kept = new Set(attrs.options.map(nameOf));
      const gone = before.attrs.options.map(nameOf).filter((name) => !kept.has(name));
      const relation = qualified(id.schema, id.name);
      const alterView = (action: string) =>
        draft(`ALTER VIEW ${relation} ${action}`, { produces: [keyOf(id)], locks: accessExclusive(id) });
      return [
        ...(gone.length === 0 ? [] : [alterView(`RESET (${gone.map(identifier).join(', ')})`)]),
        ...(attrs.options.length === 0
          ? []
          : [alterView(`SET (${attrs.options.map(storageParameter).join(', ')})`)]),
      ];
    }
    const sameStart = before.attrs.columns.every((column, at) => equal(attrs.columns[at] ?? null, column));
    if (!sameStart) return 'replace';
    return [draft(createView(id, attrs, true), { produces: [keyOf(id)], locks: accessExclusive(id) })];
  },
};
