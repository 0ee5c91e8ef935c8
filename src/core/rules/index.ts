/** The rules over a live database, each once. */
import type { Rule } from '../model/finding.ts';
import { declaredMissing } from './boundary/declared-missing.ts';
import { defaultValue } from './boundary/default.ts';
import { dropCascade } from './boundary/drop-cascade.ts';
import { foreignKey } from './boundary/foreign-key.ts';
import { inheritance } from './boundary/inheritance.ts';
import { missingSchema } from './boundary/missing-schema.ts';
import { referenceType } from './boundary/reference-type.ts';
import { type } from './boundary/type.ts';
import { unclaimed } from './boundary/unclaimed.ts';
import { undeclaredReference } from './boundary/undeclared-reference.ts';
import { view } from './boundary/view.ts';
import { viewRights } from './boundary/view-rights.ts';
import type { LiveInput } from './input.ts';
import { gap } from './partition/gap.ts';
import { key } from './partition/key.ts';
import { missing } from './partition/missing.ts';
import { noPolicy } from './partition/no-policy.ts';

export const liveRules: readonly Rule<LiveInput>[] = [
  missingSchema,
  foreignKey,
  view,
  viewRights,
  defaultValue,
  type,
  inheritance,
  declaredMissing,
  dropCascade,
  referenceType,
  unclaimed,
  undeclaredReference,
  missing,
  gap,
  key,
  noPolicy,
];
