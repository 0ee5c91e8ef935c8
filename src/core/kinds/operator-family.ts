/** Operator families. What is in one belongs to its classes, or is a member of its own. */
import type { OperatorFamilyId } from '../model/id.ts';
import { createObject, dropObject, inItsSchema } from './in-schema.ts';
import type { Kind } from './kind.ts';

export const operatorFamily: Kind<OperatorFamilyId> = {
  name: 'operator-family',
  rank: 47,
  references: inItsSchema,
  create: ({ id }) => [createObject(id, '')],
  drop: dropObject,
  alter: () => [],
};
