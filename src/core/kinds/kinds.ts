/** Every kind, by name: the one list. The compiler asks for a kind that is missing here. */
import type { Entry } from '../model/entry.ts';
import type { Edge, Reference } from '../model/catalog.ts';
import { type Id, type Kind as KindName, keyOf } from '../model/id.ts';
import { aggregate } from './aggregate.ts';
import { baseType } from './base-type.ts';
import { column } from './column.ts';
import { commentOn } from './comment.ts';
import { constraint } from './constraint.ts';
import { databaseSetting } from './database-setting.ts';
import { database } from './database.ts';
import { defaultPrivilege } from './default-privilege.ts';
import { compositeType } from './composite-type.ts';
import { columnDefault } from './default.ts';
import { domainConstraint } from './domain-constraint.ts';
import { domainType } from './domain-type.ts';
import { enumType } from './enum.ts';
import { eventTrigger } from './event-trigger.ts';
import { extension } from './extension.ts';
import { extensionDependency } from './extension-dependency.ts';
import { foreignDataWrapper } from './foreign-data-wrapper.ts';
import { foreignServer } from './foreign-server.ts';
import { foreignTable } from './foreign-table.ts';
import { routine } from './function.ts';
import { grant } from './grant.ts';
import { ofType } from './of-type.ts';
import { inherit } from './inherit.ts';
import { inheritedColumn } from './inherited-column.ts';
import type { Kind } from './kind.ts';
import { largeObject } from './large-object.ts';
import { materializedView } from './materialized-view.ts';
import { membership } from './membership.ts';
import { namedTablespace } from './named-tablespace.ts';
import { ownedBy } from './owned-by.ts';
import { owner } from './owner.ts';
import { parameter } from './parameter.ts';
import { partitionTrigger } from './partition-trigger.ts';
import { partition } from './partition.ts';
import { policy } from './policy.ts';
import { publicationSchema } from './publication-schema.ts';
import { publicationTable } from './publication-table.ts';
import { publication } from './publication.ts';
import { subscription } from './subscription.ts';
import { rangeType } from './range-type.ts';
import { revoke } from './revoke.ts';
import { roleSetting } from './role-setting.ts';
import { role } from './role.ts';
import { rule } from './rule.ts';
import { schema } from './schema.ts';
import { securityLabel } from './security-label.ts';
import { sequence } from './sequence.ts';
import { shellType } from './shell-type.ts';
import { indexColumn } from './index-column.ts';
import { indexMark } from './index-mark.ts';
import { index } from './table-index.ts';
import { tablespace } from './tablespace.ts';
import { table } from './table.ts';
import { collation } from './collation.ts';
import { conversion } from './conversion.ts';
import { statistics } from './statistics.ts';
import { textSearchParser } from './text-search-parser.ts';
import { textSearchTemplate } from './text-search-template.ts';
import { textSearchDictionary } from './text-search-dictionary.ts';
import { textSearchConfiguration } from './text-search-configuration.ts';
import { accessMethod } from './access-method.ts';
import { cast } from './cast.ts';
import { language } from './language.ts';
import { operator } from './operator.ts';
import { operatorFamily } from './operator-family.ts';
import { operatorFamilyMember } from './operator-family-member.ts';
import { operatorClass } from './operator-class.ts';
import { transform } from './transform.ts';
import { trigger } from './trigger.ts';
import { userMapping } from './user-mapping.ts';
import { view } from './view.ts';

const kinds = {
  database,
  'database-setting': databaseSetting,
  schema,
  extension,
  'extension-dependency': extensionDependency,
  parameter,
  'named-tablespace': namedTablespace,
  'large-object': largeObject,
  tablespace,
  role,
  'role-setting': roleSetting,
  membership,
  enum: enumType,
  'domain-type': domainType,
  'domain-constraint': domainConstraint,
  'composite-type': compositeType,
  'range-type': rangeType,
  'base-type': baseType,
  'shell-type': shellType,
  collation,
  conversion,
  statistics,
  'text-search-parser': textSearchParser,
  'text-search-template': textSearchTemplate,
  'text-search-dictionary': textSearchDictionary,
  'text-search-configuration': textSearchConfiguration,
  function: routine,
  aggregate,
  'access-method': accessMethod,
  cast,
  language,
  operator,
  'operator-family': operatorFamily,
  'operator-family-member': operatorFamilyMember,
  'operator-class': operatorClass,
  transform,
  sequence,
  'owned-by': ownedBy,
  'foreign-data-wrapper': foreignDataWrapper,
  'foreign-server': foreignServer,
  'user-mapping': userMapping,
  table,
  'foreign-table': foreignTable,
  partition,
  inherit,
  'of-type': ofType,
  column,
  'inherited-column': inheritedColumn,
  default: columnDefault,
  constraint,
  index,
  'index-mark': indexMark,
  'index-column': indexColumn,
  view,
  rule,
  trigger,
  'partition-trigger': partitionTrigger,
  policy,
  'event-trigger': eventTrigger,
  'materialized-view': materializedView,
  publication,
  subscription,
  'publication-table': publicationTable,
  'publication-schema': publicationSchema,
  comment: commentOn,
  'security-label': securityLabel,
  owner,
  grant,
  revoke,
  'default-privilege': defaultPrivilege,
} satisfies Record<KindName, unknown>;

/** @returns what is known about a kind. Generic callers see its entries as entries of any kind. */
export function kindOf(id: Id): Kind {
  return kinds[id.kind] as unknown as Kind;
}

/** @returns what an entry's id and attributes tell that it hangs on. */
export const ownReferences = (entry: Entry): readonly Reference[] => kindOf(entry.id).references(entry);

/** @returns likewise, as edges. */
export function ownEdges(entry: Entry): Edge[] {
  const dependent = keyOf(entry.id);
  return ownReferences(entry).map(({ to, type }) => ({ dependent, referenced: keyOf(to), type }));
}
