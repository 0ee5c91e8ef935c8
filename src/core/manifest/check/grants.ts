/** Grants: what they are on, which privileges there are on that, and none said twice. */
import { privilegesOn } from '../../kinds/privileges.ts';
import { pushTo } from '../../model/push-to.ts';
import { type GrantDeclaration, type GrantTarget, type ManifestPath, presets } from '../manifest.ts';
import { isWhole } from '../grant-target.ts';
import { privilegesFrom } from '../resolve/presets.ts';
import { type Known, checkTable } from './known-tables.ts';
import { type ManifestProblem, error, unknown } from './problem.ts';

export function* checkGrants(known: Known): Generator<ManifestProblem> {
  const { roles, public: toPublic } = known.manifest;
  for (const role of roles.values()) yield* checkGrantsTo(known, role.grants, role.name);
  yield* checkGrantsTo(known, toPublic, 'PUBLIC');
  for (const { grantOption, path } of toPublic)
    if (grantOption)
      yield error(
        [...path, 'grantOption'],
        'PostgreSQL gives PUBLIC no grant option',
        'Delete grantOption, or grant to a role.',
      );
}

function* checkGrantsTo(
  known: Known,
  grants: readonly GrantDeclaration[],
  to: string,
): Generator<ManifestProblem> {
  const before = new Map<string, { given: ReadonlySet<string>; grant: GrantDeclaration }[]>();
  for (const grant of grants) {
    yield* checkPrivileges(grant);
    for (const [at, target] of grant.targets.entries()) {
      const path = onPath(grant, at);
      yield* checkTarget(known, target, path);
      const given = new Set(privilegesGiven(grant.privileges, target));
      const key = JSON.stringify(target);
      const same = before
        .get(key)
        ?.find(
          (earlier) =>
            given.size > 0 &&
            [...given].every((privilege) => earlier.given.has(privilege)) &&
            (earlier.grant.grantOption || !grant.grantOption) &&
            (earlier.grant.future || !grant.future),
        );
      if (same !== undefined)
        yield error(
          path,
          `${to} has ${[...given].join(', ')} on ${targetText(target)} already, by grants[${same.grant.path.at(-1)}]`,
          'Delete one of the two.',
        );
      pushTo(before, key, { given, grant });
    }
    if (grant.future && !grant.targets.some(isWhole) && grant.targets.length > 0)
      yield error(
        [...grant.path, 'future'],
        `\`future\` is about objects to come; ${targetText(grant.targets[0]!)} is one that there is`,
        `Delete \`future\`, or grant on the whole domain: on: ${grant.targets[0]!.domain}.`,
      );
  }
}

const onPath = ({ path, targets }: GrantDeclaration, at: number): ManifestPath =>
  targets.length > 1 ? [...path, 'on', at] : [...path, 'on'];

function* checkTarget(known: Known, target: GrantTarget, path: ManifestPath): Generator<ManifestProblem> {
  const { domains } = known.manifest;
  const domain = domains.get(target.domain);
  if (domain === undefined)
    yield unknown(
      path,
      'domain',
      target.domain,
      domains.keys(),
      'Begin a target with the domain, not with its schema.',
    );
  else if (domain.isolation === 'external')
    yield error(
      path,
      `domain ${domain.name} is external: there is nothing in PostgreSQL to grant on`,
      'Delete the target; access to an external domain is given where it lives.',
    );
  else if ('table' in target)
    yield* checkTable(known, domain, target.table, target.kind === 'columns' ? target.columns : [], path);
  else if (target.kind === 'tables' && target.name !== undefined)
    yield* checkTable(known, domain, target.name, [], path);
}

/** A server that knows every privilege: one that is too old for one gives less, and is told so by it. */
const newest = Number.POSITIVE_INFINITY;
const kindOf = {
  domain: 'table',
  tables: 'table',
  table: 'table',
  columns: 'column',
  schema: 'schema',
  sequences: 'sequence',
  types: 'enum',
} as const;

const onFunctions = ['execute'];
/** What may stand under `privileges` for this target, presets aside. */
function privilegesFor({ kind }: GrantTarget): readonly string[] {
  if (kind === 'functions') return onFunctions;
  const names = privilegesOn(kindOf[kind], newest);
  return kind === 'domain' ? [...names, ...privilegesOn('schema', newest)] : names;
}

function privilegesGiven(words: readonly string[], target: GrantTarget): readonly string[] {
  if (target.kind === 'functions') return words;
  const given = privilegesFrom(words, kindOf[target.kind], newest);
  const more = target.kind === 'domain' ? words.filter((word) => word === 'create' || word === 'usage') : [];
  return [...given, ...more];
}

const everyWord = [
  ...new Set<string>([
    ...presets,
    ...Object.values(kindOf).flatMap((kind) => privilegesOn(kind, newest)),
    ...onFunctions,
  ]),
];

/** Stands in for targets that could not be read. */
const anyDomain: GrantTarget = { kind: 'domain', domain: '' };

function* checkPrivileges({ privileges, targets, path }: GrantDeclaration): Generator<ManifestProblem> {
  for (const [at, word] of privileges.entries()) {
    const here = privileges.length > 1 ? [...path, 'privileges', at] : [...path, 'privileges'];
    if (!everyWord.includes(word)) {
      const on = targets[0] ?? anyDomain;
      const fitting = `${nouns[on.kind]}: ${privilegesFor(on).join(', ')}`;
      yield unknown(
        here,
        'privilege',
        word,
        everyWord,
        `Use a preset (${presets.join(', ')}), or on ${fitting}.`,
      );
      continue;
    }
    if ((presets as readonly string[]).includes(word)) continue;
    const unfit = targets.find((target) => !privilegesFor(target).includes(word));
    if (unfit !== undefined)
      yield error(
        here,
        `\`${word}\` is no privilege on ${nouns[unfit.kind]}`,
        `Write one of: ${privilegesFor(unfit).join(', ')}. ${elsewhere(word, unfit)}`.trim(),
      );
  }
}

const nouns: Readonly<Record<GrantTarget['kind'], string>> = {
  domain: "a domain's tables or its schema",
  table: 'a table',
  tables: 'tables',
  columns: 'columns',
  schema: 'a schema',
  sequences: 'sequences',
  functions: 'functions',
  types: 'types',
};

/** Where a privilege that does not fit would fit. */
function elsewhere(word: string, target: GrantTarget): string {
  const { domain } = target;
  if (word === 'execute') return `For functions, write on: { functions: ${domain} }.`;
  if (privilegesOn('schema', newest).includes(word))
    return `For the schema, write on: { schema: ${domain} }.`;
  if (target.kind === 'columns') return `For the whole row, write on: ${domain}.${target.table}.`;
  return privilegesOn('table', newest).includes(word) ? `For tables, write on: ${domain}.` : '';
}

function targetText(target: GrantTarget): string {
  const { domain } = target;
  switch (target.kind) {
    case 'domain':
      return domain;
    case 'table':
      return `${domain}.${target.table}`;
    case 'columns':
      return `${domain}.${target.table}(${target.columns.join(', ')})`;
    case 'schema':
      return `the schema of ${domain}`;
    default:
      return `the ${target.kind} ${target.name === undefined ? `of ${domain}` : `${domain}.${target.name}`}`;
  }
}
