/** Columns of a relation that have an ACL of their own. */
import { onceOf } from '../model/once-of.ts';
import { pushTo } from '../model/push-to.ts';
import type { ColumnId, RelationId } from '../model/id.ts';
import type { Access } from './effective.ts';

const byRelation = onceOf((access: Access): ReadonlyMap<string, readonly ColumnId[]> => {
  const columns = new Map<string, ColumnId[]>();
  for (const column of access.columnsWithAcl) pushTo(columns, `${column.schema}\0${column.table}`, column);
  return columns;
});

/** @returns those of its columns on which somebody has the privilege, by name. Without one: all that have an ACL. */
export function grantedColumns(
  access: Access,
  { schema, name }: RelationId,
  privilege?: string,
): readonly ColumnId[] {
  const columns = byRelation(access).get(`${schema}\0${name}`) ?? [];
  return privilege === undefined ? columns : columns.filter((column) => access.aclOf(column).has(privilege));
}
