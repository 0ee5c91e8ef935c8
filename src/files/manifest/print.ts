/** A manifest as YAML: a root file, and one per domain. What is the default is not written. */
import { Document, type Node, isMap, isSeq, visit, type YAMLMap } from 'yaml';
import type {
  Domain,
  GrantDeclaration,
  GrantTarget,
  Manifest,
  MembershipDeclaration,
  OwnerDeclaration,
  PartitionSet,
  RoleDeclaration,
} from '../../core/manifest/manifest.ts';
import { channels, presets } from '../../core/manifest/manifest.ts';

/** Remarks that go into the files as comments. */
export interface Remarks {
  /** The root file's first lines. */
  readonly head: string;
  /** By domain, lines at the end of its file. */
  readonly domains: ReadonlyMap<string, readonly string[]>;
  /** At the end of the root file. */
  readonly tail: readonly string[];
}

/** @returns the texts by path: `dbctl.yaml`, `domains/<name>/domain.yaml`. */
export function printManifest(manifest: Manifest, remarks: Remarks): ReadonlyMap<string, string> {
  const files = new Map([['dbctl.yaml', rootFile(manifest, remarks)]]);
  for (const domain of manifest.domains.values())
    files.set(domainFile(domain.name), domainText(domain, remarks.domains.get(domain.name) ?? []));
  return files;
}

/** @returns where a domain's part of the manifest lies. */
export const domainFile = (domain: string): string => `domains/${domain}/domain.yaml`;

const schemaLine = (up: string) =>
  ` yaml-language-server: $schema=${up}node_modules/dbctl/schemas/manifest.schema.json`;

function rootFile(manifest: Manifest, remarks: Remarks): string {
  const { boundaries, roles, unmanaged, lint } = manifest;
  const text = print(
    {
      version: 1,
      name: manifest.name,
      include: ['domains/*/domain.yaml'],
      boundaries: Object.fromEntries(channels.map((channel) => [channel, boundaries[channel]])),
      roles: Object.fromEntries([...roles.values()].map((role) => [role.name, roleOf(role)])),
      ...(manifest.public.length === 0 ? {} : { public: manifest.public.map(grantOf) }),
      unmanaged: {
        roles: unmanaged.roles.filter((pattern) => pattern !== 'pg_*'),
        otherRoles: unmanaged.otherRoles,
      },
      ...(lint.baseline === undefined ? {} : { lint: { baseline: lint.baseline } }),
    },
    [],
    `${schemaLine('./')}\n\n${commented(remarks.head)}`,
    {
      include: ' One file a domain, so that each team owns its own.',
      boundaries:
        ' What one domain may use of another: forbid, declared (under `crossings` in its file) or allow.\n As found: where there was no such crossing, there shall be none.',
      roles:
        ' The roles that own or may do something here. Their passwords stay as they are; to have one set from the\n environment: password: { env: NAME }.',
      public: ' What everybody may do, because it is granted to PUBLIC.',
      unmanaged: ' What dbctl leaves alone: whoever runs the server.',
      lint: ' Findings that stood when this was written. The file may only shrink.',
    },
  );
  return text + remarkLines(remarks.tail);
}

function domainText(domain: Domain, remarks: readonly string[]): string {
  const { name, description, isolation, schema, prefix, owner, owners, sql, crossings, partitions } = domain;
  const usual = isolation === 'schema' ? name : 'public';
  const text = print(
    {
      version: 1,
      domains: {
        [name]: {
          ...(description === undefined ? {} : { description }),
          ...(isolation === 'schema' ? {} : { isolation }),
          ...(schema === usual ? {} : { schema }),
          ...(prefix === undefined ? {} : { prefix }),
          ...(owner === undefined ? {} : { owner }),
          ...(owners.length === 0 ? {} : { owners: owners.map(ownerOf) }),
          ...(sql.length === 0 ? {} : { sql: [...sql] }),
          ...(crossings.length === 0
            ? {}
            : {
                crossings: crossings.map(({ from, to, as, onDelete }) => ({
                  from,
                  to,
                  as,
                  ...(onDelete === undefined ? {} : { onDelete }),
                })),
              }),
          ...(partitions.length === 0
            ? {}
            : { partitions: Object.fromEntries(partitions.map((set) => [set.table, setOf(set)])) }),
        },
      },
    },
    ['domains', name],
    schemaLine('../../'),
    {
      owner: ' Owns the schema and everything in it.',
      owners: ' What belongs to somebody else.',
      sql: ' The desired state: edit it, then `dbctl generate`.',
      crossings:
        ' What this domain uses of others, as found. Give each an owner, a reason, and a day to be gone by (until).',
      partitions: ' Partitions that come with time: `dbctl migrate` and `dbctl partitions ensure` make them.',
    },
  );
  return text + remarkLines(remarks);
}

function roleOf(role: RoleDeclaration): object {
  const { memberOf, grants, settings, comment } = role;
  const flag = (
    name: 'login' | 'createRole' | 'createDatabase' | 'replication' | 'bypassRls' | 'superuser',
  ) => (role[name] ? { [name]: true } : {});
  return {
    ...(comment === undefined ? {} : { comment }),
    ...flag('login'),
    ...(role.inherit ? {} : { inherit: false }),
    ...flag('createRole'),
    ...flag('createDatabase'),
    ...flag('replication'),
    ...flag('bypassRls'),
    ...flag('superuser'),
    ...(role.connectionLimit === -1 ? {} : { connectionLimit: role.connectionLimit }),
    ...(role.validUntil === undefined ? {} : { validUntil: role.validUntil }),
    ...(memberOf.length === 0 ? {} : { memberOf: memberOf.map(memberOfOf) }),
    ...(settings.size === 0 ? {} : { settings: Object.fromEntries(settings) }),
    ...(grants.length === 0 ? {} : { grants: grants.map(grantOf) }),
  };
}

function memberOfOf({ role, admin, inherit, set }: MembershipDeclaration): unknown {
  if (!admin && inherit === undefined && set === undefined) return role;
  return {
    role,
    ...(admin ? { admin } : {}),
    ...(inherit === undefined ? {} : { inherit }),
    ...(set === undefined ? {} : { set }),
  };
}

function grantOf({ targets, privileges, future, grantOption, exact }: GrantDeclaration): object {
  const isWhole = targets.some(
    (target) =>
      target.kind === 'domain' ||
      ('name' in target ? false : !('table' in target) && target.kind !== 'schema'),
  );
  return {
    on: oneOrMore(targets.map(targetText)),
    privileges: isPreset(privileges) ? privileges[0] : [...privileges],
    ...(isWhole && !exact && !future ? { future } : {}),
    ...(grantOption ? { grantOption } : {}),
    ...(exact ? { exact } : {}),
  };
}

const isPreset = (words: readonly string[]) =>
  words.length === 1 && (presets as readonly string[]).includes(words[0]!);

const ownerOf = ({ targets, owner }: OwnerDeclaration) => ({ on: oneOrMore(targets.map(targetText)), owner });

const oneOrMore = <T>(values: readonly T[]): T | T[] => (values.length === 1 ? values[0]! : [...values]);

/** A target as `parseGrantTarget` reads it. */
function targetText(target: GrantTarget): string | Record<string, string> {
  const domain = quoted(target.domain);
  switch (target.kind) {
    case 'domain':
      return domain;
    case 'table':
      return `${domain}.${quoted(target.table)}`;
    case 'columns':
      return `${domain}.${quoted(target.table)}(${target.columns.map(quoted).join(', ')})`;
    case 'schema':
      return { schema: domain };
    default:
      return { [target.kind]: target.name === undefined ? domain : `${domain}.${classMember(target.name)}` };
  }
}

const quoted = (name: string) => (/[\s."(),*]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
/** All that follows the domain is the name, unless it looks like a quoted one. */
const classMember = (name: string) => (name.startsWith('"') ? `"${name.replaceAll('"', '""')}"` : name);

function setOf({ by, every, premake, name, default: hasDefault, grants }: PartitionSet): object {
  return {
    by,
    every: `${every.count} ${every.unit}${every.count === 1 ? '' : 's'}`,
    premake,
    name,
    ...(hasDefault ? { default: true } : {}),
    ...(grants === 'parent' ? {} : { grants }),
  };
}

/** Lists and maps below these keys are written on one line an item, and these lists and maps themselves. */
const itemsOnOneLine = new Set(['grants', 'public', 'owners', 'crossings', 'partitions']);
const wholeOnOneLine = new Set(['include', 'sql', 'memberOf', 'settings', 'unmanaged']);
/** Longer ones are easier to read as a list. */
const longest = 125;

/** @param comments by the keys below `at`. */
function print(
  value: object,
  at: readonly string[],
  head: string,
  comments: Readonly<Record<string, string>>,
): string {
  const document = new Document(escaped(value));
  document.commentBefore = head;
  visit(document, {
    Pair(_, { key, value: node }) {
      const name = String((key as { value?: unknown }).value);
      if (node === null) return undefined;
      if (wholeOnOneLine.has(name)) flow(node as Node);
      else if (itemsOnOneLine.has(name)) for (const item of itemsOf(node as Node)) flow(item);
      else return undefined;
      return visit.SKIP;
    },
  });
  const map = (at.length === 0 ? document.contents : document.getIn(at)) as YAMLMap;
  for (const [index, { key }] of map.items.entries()) {
    const node = key as { value?: unknown; commentBefore?: string; spaceBefore?: boolean };
    const comment = comments[String(node.value)];
    if (comment === undefined) continue;
    node.commentBefore = comment;
    node.spaceBefore = index > 0;
  }
  return document.toString({ lineWidth: 110, flowCollectionPadding: true });
}

/** Of a list or map, the lists and maps in it. */
function itemsOf(node: Node): Node[] {
  if (isSeq(node)) return node.items as Node[];
  return isMap(node) ? node.items.map(({ value }) => value as Node) : [];
}

function flow(node: Node): void {
  if (!isMap(node) && !isSeq(node)) return;
  if (JSON.stringify(node).length <= longest) node.flow = true;
  else if (isMap(node)) for (const item of itemsOf(node)) flow(item);
}

/** `${` would be read from the environment. */
function escaped(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('${', () => '$${');
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, escaped(each)]));
}

const commented = (text: string) =>
  text
    .split('\n')
    .map((line) => ` ${line}`)
    .join('\n');
const remarkLines = (lines: readonly string[]) =>
  lines.length === 0 ? '' : `\n${lines.map((line) => `# ${line.replaceAll(/\s+/g, ' ')}\n`).join('')}`;
