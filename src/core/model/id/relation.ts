/** Which ids are relations, which are types and which are routines: each of these shares one namespace per schema. */
import type {
  AggregateId,
  ColumnId,
  ForeignTableId,
  FunctionId,
  Id,
  Kind,
  RelationId,
  TableId,
  TypeId,
} from './ids.ts';

export const relationKinds = [
  'table',
  'view',
  'materialized-view',
  'foreign-table',
] as const satisfies readonly RelationId['kind'][];

/** @returns whether an id is a relation's. */
export function isRelation(id: Id): id is RelationId {
  return (relationKinds as readonly Kind[]).includes(id.kind);
}

/** @returns whether an id is a routine's: it has arguments, and may share its name with others. */
export function isRoutine(id: Id): id is FunctionId | AggregateId {
  return id.kind === 'function' || id.kind === 'aggregate';
}

/** @returns whether an id is a type's: the types share one namespace, with the row types of relations. */
export function isType(id: Id): id is TypeId {
  switch (id.kind) {
    case 'enum':
    case 'domain-type':
    case 'composite-type':
    case 'range-type':
    case 'base-type':
      return true;
    default:
      return false;
  }
}

/** @returns what a column, trigger or rule may be on: relations share one namespace, so no more than one of them is there. */
export function relationsOf({
  schema,
  table: name,
}: Pick<ColumnId, 'schema' | 'table'>): readonly RelationId[] {
  return relationKinds.map((kind) => ({ kind, schema, name }));
}

/** @returns what a column or constraint that is an entry of its own may be of: no more than one of them is there. */
export function tablesOf({
  schema,
  table: name,
}: Pick<ColumnId, 'schema' | 'table'>): readonly [TableId, ForeignTableId] {
  return [
    { kind: 'table', schema, name },
    { kind: 'foreign-table', schema, name },
  ];
}
