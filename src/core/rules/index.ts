/** The rules over a live database, each once. */
import type { Rule } from '../model/finding.ts';
import { declaredMissing } from './boundary/declared-missing.ts';
import { defaultValue } from './boundary/default.ts';
import { dropCascade } from './boundary/drop-cascade.ts';
import { foreignKey } from './boundary/foreign-key.ts';
import { functionCall } from './boundary/function.ts';
import { inheritance } from './boundary/inheritance.ts';
import { policy } from './boundary/policy.ts';
import { referenceType } from './boundary/reference-type.ts';
import { trigger } from './boundary/trigger.ts';
import { type } from './boundary/type.ts';
import { unclaimed } from './boundary/unclaimed.ts';
import { undeclaredReference } from './boundary/undeclared-reference.ts';
import { unreadBody } from './boundary/unread-body.ts';
import { view } from './boundary/view.ts';
import { notAnalysed } from './catalog/not-analysed.ts';
import { changed } from './drift/changed.ts';
import type { DriftInput } from './drift/input.ts';
import { missing as missingObject } from './drift/missing.ts';
import { setting } from './drift/setting.ts';
import { unexpected as unexpectedObject } from './drift/unexpected.ts';
import { schemaMissing } from './design/schema-missing.ts';
import type { LiveInput } from './input.ts';
import { gap } from './partition/gap.ts';
import { key } from './partition/key.ts';
import { missing as missingPartition } from './partition/missing.ts';
import { noPolicy } from './partition/no-policy.ts';
import { cannotConnect } from './permission/cannot-connect.ts';
import { insertReturning } from './permission/insert-returning.ts';
import { membership } from './permission/membership.ts';
import { missing as missingPrivilege } from './permission/missing.ts';
import { objectMissing } from './permission/object-missing.ts';
import { owner } from './permission/owner.ts';
import { roleAttribute } from './permission/role-attribute.ts';
import { roleMissing } from './permission/role-missing.ts';
import { undeclaredOwner } from './permission/undeclared-owner.ts';
import { unexpected } from './permission/unexpected.ts';
import { unreachableDomain } from './permission/unreachable-domain.ts';
import { unusableGrant } from './permission/unusable-grant.ts';
import { ownerRightsView } from './security/owner-rights-view.ts';
import { rowSecurity } from './security/row-security.ts';

/** One fact, one rule: a domain without its schema is `design/schema-missing`, a view with its owner's rights `security/owner-rights-view`. */
export const liveRules: readonly Rule<LiveInput>[] = [
  schemaMissing,
  foreignKey,
  view,
  functionCall,
  trigger,
  policy,
  defaultValue,
  type,
  inheritance,
  declaredMissing,
  dropCascade,
  referenceType,
  unclaimed,
  undeclaredReference,
  unreadBody,
  missingPartition,
  gap,
  key,
  noPolicy,
  roleMissing,
  roleAttribute,
  membership,
  owner,
  objectMissing,
  missingPrivilege,
  unexpected,
  unusableGrant,
  insertReturning,
  cannotConnect,
  undeclaredOwner,
  unreachableDomain,
  ownerRightsView,
  rowSecurity,
  notAnalysed,
];

/** The rules that `drift` adds: what the applied migrations made is still so. */
const structureRules: readonly Rule<DriftInput>[] = [missingObject, unexpectedObject, changed, setting];

/** What `drift` runs: structure, permissions and partitions, and what is not analysed. */
export const driftRules: readonly Rule<DriftInput>[] = [
  ...structureRules,
  ...liveRules.filter(({ name }) => /^(permission|partition|catalog)\//.test(name)),
];

/** Every rule there is. */
export const allRules: readonly Pick<Rule<DriftInput>, 'name' | 'severity' | 'summary' | 'why'>[] = [
  ...liveRules,
  ...structureRules,
];

/** Those that judge structure alone: what the migrations make, without a live database, has no roles and no partitions to come. */
export const staticRules: readonly Rule<LiveInput>[] = liveRules.filter(({ name }) =>
  /^(boundary|design|security|catalog)\//.test(name),
);
