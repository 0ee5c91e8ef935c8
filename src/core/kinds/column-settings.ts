/** How a column is stored and analysed: storage, compression, statistics target, options of the planner. */
import { qualified } from '../../sql/quote.ts';
import { type ColumnId, keyOf } from '../model/id.ts';
import type { Lock } from '../model/statement.ts';
import { alterColumn } from './alter-table.ts';
import { type Draft } from './kind.ts';
import { optionActions } from './options.ts';

export type ColumnSettings = {
  /** null: the type's own. */
  readonly storage: null | { readonly is: Storage; readonly usual: Storage };
  /** null: as default_toast_compression says. */
  readonly compression: null | string;
  /** null: as default_statistics_target says. */
  readonly statistics: number | null;
  /** `n_distinct=5`, sorted. */
  readonly options: readonly string[];
};
type Storage = 'plain' | 'external' | 'main' | 'extended';

export const usualSettings: ColumnSettings = {
  storage: null,
  compression: null,
  statistics: null,
  options: [],
};

/**
 * @param only `ONLY `, where the table has children that keep their own; else nothing.
 * @returns the statements that change the settings; they require the column, and produce nothing.
 */
export function alterSettings(
  id: ColumnId,
  before: ColumnSettings,
  after: ColumnSettings,
  only: '' | 'ONLY ' = '',
): Draft[] {
  const relation = qualified(id.schema, id.table);
  const shared: readonly Lock[] = [{ mode: 'SHARE UPDATE EXCLUSIVE', relation }];
  const set = (action: string, locks?: readonly Lock[], target: '' | 'ONLY ' = only): Draft => {
    const made = alterColumn(id, action, undefined, target);
    return { ...made, produces: [], requires: [keyOf(id)], locks: locks ?? made.locks };
  };
  const storage = after.storage?.is ?? before.storage?.usual;
  return [
    ...((before.storage?.is ?? null) === (after.storage?.is ?? null) || storage === undefined
      ? []
      : [set(`SET STORAGE ${storage.toUpperCase()}`)]),
    ...(before.compression === after.compression
      ? []
      : [set(`SET COMPRESSION ${after.compression ?? 'default'}`)]),
    ...(before.statistics === after.statistics
      ? []
      : [set(`SET STATISTICS ${after.statistics ?? -1}`, shared)]),
    ...optionActions(before.options, after.options).map((action) => set(action, shared)),
  ];
}
