/** Materialized views. Their indexes are entries of their own; their rows are derived, and come again with them. */
import { identifier, qualified } from '../../sql/quote.ts';
import { type MaterializedViewId, keyOf } from '../model/id.ts';
import { accessExclusive, optionLock } from './alter-table.ts';
import { type ColumnSettings, alterSettings, usualSettings } from './column-settings.ts';
import { draft, type Draft, type Kind } from './kind.ts';
import { optionActions, withOptions } from './options.ts';

export type MaterializedViewAttributes = {
  /** As pg_get_viewdef prints it, without the semicolon. */
  readonly definition: string;
  /** `name type`, in order: the definition does not tell the types. */
  readonly columns: readonly string[];
  /** Storage parameters, `fillfactor=70`, sorted; those of the TOAST table begin with `toast.`. */
  readonly options: readonly string[];
  /** The table access method; null for heap. */
  readonly accessMethod: string | null;
  /** Whether it can be read: not before its first REFRESH if it was made WITH NO DATA. */
  readonly populated: boolean;
  /** By column, what is not as its type and the server's settings have it. */
  readonly settings?: { readonly [column: string]: ColumnSettings };
};

/** @returns the statements that change how columns are stored and analysed. */
function alterColumns(
  id: MaterializedViewId,
  before: Pick<MaterializedViewAttributes, 'settings'>,
  after: Pick<MaterializedViewAttributes, 'settings'>,
): Draft[] {
  const { schema, name } = id;
  const names = new Set([...Object.keys(before.settings ?? {}), ...Object.keys(after.settings ?? {})]);
  const settings = [...names]
    .sort()
    .flatMap((column) =>
      alterSettings(
        { kind: 'column', schema, table: name, name: column },
        before.settings?.[column] ?? usualSettings,
        after.settings?.[column] ?? usualSettings,
      ),
    );
  return settings.map((made) => ({ ...made, requires: [keyOf(id)] }));
}

export const materializedView: Kind<MaterializedViewId, MaterializedViewAttributes> = {
  name: 'materialized-view',
  rank: 71,
  references: ({ id }) => [{ to: { kind: 'schema', name: id.schema }, type: 'normal' }],
  create({ id, attrs }) {
    const method = attrs.accessMethod === null ? '' : `\nUSING ${identifier(attrs.accessMethod)}`;
    const head = `CREATE MATERIALIZED VIEW ${qualified(id.schema, id.name)}${method}${withOptions(attrs.options)}`;
    const tail = attrs.populated ? 'WITH DATA' : 'WITH NO DATA';
    return [
      draft(`${head} AS\n${attrs.definition}\n${tail}`, { produces: [keyOf(id)] }),
      ...alterColumns(id, {}, attrs),
    ];
  },
  drop: ({ id }) => [
    draft(`DROP MATERIALIZED VIEW ${qualified(id.schema, id.name)}`, {
      destroys: [keyOf(id)],
      locks: accessExclusive(id),
    }),
  ],
  alter(changes, before, { id, attrs }) {
    const changed = new Set(changes.map(({ attr }) => attr as keyof MaterializedViewAttributes));
    if (changed.has('definition') || changed.has('columns')) return 'replace';
    const relation = qualified(id.schema, id.name);
    const statement = (sql: string, hazards: Draft['hazards'] = []) =>
      draft(sql, { produces: [keyOf(id)], locks: accessExclusive(id), hazards });
    const alter = (action: string, hazards?: Draft['hazards']) =>
      statement(`ALTER MATERIALIZED VIEW ${relation} ${action}`, hazards);
    const rewrite = [
      { name: 'rewrite', object: relation, detail: 'rewrites the materialized view under the lock' },
    ] as const;
    return [
      ...alterColumns(id, before.attrs, attrs),
      ...optionActions(before.attrs.options, attrs.options).map((action) => ({
        ...alter(action),
        locks: optionLock(action, relation),
      })),
      ...(changed.has('accessMethod')
        ? [alter(`SET ACCESS METHOD ${identifier(attrs.accessMethod ?? 'heap')}`, rewrite)]
        : []),
      ...(changed.has('populated')
        ? [
            statement(
              `REFRESH MATERIALIZED VIEW ${relation} WITH ${attrs.populated ? 'DATA' : 'NO DATA'}`,
              attrs.populated
                ? rewrite
                : [
                    ...rewrite,
                    { name: 'data-loss', object: relation, detail: 'empties it: no query can read it' },
                  ],
            ),
          ]
        : []),
    ];
  },
};
