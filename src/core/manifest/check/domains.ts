/** Domains: isolation, the schemas and prefixes they claim, and whom they name. */
import { clusterDomain } from '../../migration/version.ts';
import type { Domain, Manifest, ManifestPath } from '../manifest.ts';
import { isUnmanagedRole, isUnmanagedSchema } from '../unmanaged.ts';
import { type ManifestProblem, error, nameLength, unknown } from './problem.ts';

export function* checkDomains(manifest: Manifest): Generator<ManifestProblem> {
  const before: Domain[] = [];
  for (const domain of manifest.domains.values()) {
    if (domain.name === clusterDomain)
      yield error(
        ['domains', domain.name],
        `\`${clusterDomain}\` is the folder of the roles' migrations`,
        'Give the domain another name.',
      );
    yield* checkIsolation(domain);
    yield* checkNames(manifest, domain);
    if (domain.isolation === 'external') yield* checkExternal(domain);
    else {
      yield* checkPlace(manifest, domain);
      for (const other of before) yield* checkApart(other, domain);
      before.push(domain);
    }
  }
}

function* checkIsolation({ name, isolation, prefix, engine }: Domain): Generator<ManifestProblem> {
  const path = ['domains', name];
  if (isolation === 'prefix' && !prefix)
    yield error(
      [...path, 'isolation'],
      `domain ${name} is set apart by a prefix, and has none`,
      `Add \`prefix: ${name}_\`.`,
    );
  if (isolation !== 'prefix' && prefix !== undefined)
    yield error(
      [...path, 'prefix'],
      `domain ${name} has a prefix, but isolation: ${isolation}`,
      `Write \`isolation: prefix\`, or delete the prefix: ${isolation === 'external' ? 'dbctl does not manage it' : 'the schema sets it apart'}.`,
    );
  if (isolation !== 'external' && engine !== undefined)
    yield error(
      [...path, 'engine'],
      `domain ${name} has an engine, but is not external`,
      'Write `isolation: external` if PostgreSQL does not hold it; else delete the engine.',
    );
}

function* checkNames(
  manifest: Manifest,
  { name, kind, sharedWith, owner, owners }: Domain,
): Generator<ManifestProblem> {
  const path = ['domains', name];
  if (owner !== undefined) yield* checkOwner(manifest, owner, [...path, 'owner']);
  for (const { owner: other, targets, path: here } of owners) {
    yield* checkOwner(manifest, other, [...here, 'owner']);
    for (const target of targets)
      if (target.domain !== name || target.kind === 'columns')
        yield error(
          [...here, 'on'],
          target.kind === 'columns'
            ? 'a column belongs to whom its table belongs to'
            : `this is an object of domain ${target.domain}; here stand the owners of domain ${name}`,
          `Write an object of the domain: ${name}.<table>, { schema: ${name} }, { functions: ${name}.<name> }.`,
        );
  }
  if (kind !== 'infrastructure' && sharedWith.length > 0)
    yield error(
      [...path, 'sharedWith'],
      `domain ${name} is shared, but is no infrastructure`,
      'Add `kind: infrastructure`, or delete sharedWith and declare crossings.',
    );
  for (const [at, other] of sharedWith.entries())
    if (!manifest.domains.has(other))
      yield unknown(
        [...path, 'sharedWith', at],
        'domain',
        other,
        [...manifest.domains.keys()].filter((each) => each !== name),
        'Declare it under domains, if you mean another.',
      );
}

function* checkOwner(manifest: Manifest, owner: string, path: ManifestPath): Generator<ManifestProblem> {
  if (!manifest.roles.has(owner) && !isUnmanagedRole(manifest, owner))
    yield unknown(
      path,
      'role',
      owner,
      manifest.roles.keys(),
      `Declare ${owner} under roles, or list it under unmanaged.roles, if you mean another.`,
    );
}

/** An external domain is declared and not managed: nothing that would have to be made may be said of it. */
function* checkExternal(domain: Domain): Generator<ManifestProblem> {
  const { name } = domain;
  const said = {
    sql: domain.sql.length > 0,
    tables: domain.tables.length > 0,
    partitions: domain.partitions.length > 0,
    crossings: domain.crossings.length > 0,
    owner: domain.owner !== undefined,
    owners: domain.owners.length > 0,
    rowSecurity: domain.rowSecurity.length > 0,
    schema: domain.schema !== name,
    database: domain.database !== 'main',
  };
  for (const [key, isSaid] of Object.entries(said))
    if (isSaid)
      yield error(
        ['domains', name, key],
        `domain ${name} is external, and has \`${key}\`: dbctl does not manage it`,
        `Delete \`${key}\`, or write \`isolation: schema\` if PostgreSQL holds the domain.`,
      );
}

function* checkPlace(manifest: Manifest, domain: Domain): Generator<ManifestProblem> {
  const { name, schema, prefix, database, tables, partitions } = domain;
  const path = ['domains', name];
  if (!manifest.databases.has(database))
    yield unknown(
      [...path, 'database'],
      'database',
      database,
      manifest.databases.keys(),
      `Declare ${database} under databases, if you mean another.`,
    );
  yield* nameLength([...path, 'schema'], 'the schema name', schema);
  if (isUnmanagedSchema(manifest, schema))
    yield error(
      [...path, 'schema'],
      /^pg_|^information_schema$/.test(schema)
        ? `the schema ${schema} is PostgreSQL's own`
        : `domain ${name} claims the schema ${schema}, and unmanaged.schemas leaves it alone`,
      'Give the domain another schema.',
    );
  if (!prefix || domain.isolation !== 'prefix') return;
  for (const [key, names] of [
    ['tables', tables.map((table) => table.name)],
    ['partitions', partitions.map(({ table }) => table)],
  ] as const)
    for (const each of names)
      if (!each.startsWith(prefix))
        yield error(
          [...path, key, each],
          `\`${each}\` does not begin with ${prefix}, the prefix of domain ${name}`,
          `Write \`${prefix}${each}\`: by its prefix one sees whose it is.`,
        );
}

/** Two domains of one database may not claim the same objects. */
function* checkApart(first: Domain, second: Domain): Generator<ManifestProblem> {
  if (first.database !== second.database) return;
  const { name, schema } = second;
  const path = ['domains', name];
  const own = [first, second].find(({ isolation }) => isolation === 'database');
  if (own !== undefined) {
    const other = own === first ? second : first;
    yield error(
      [...path, 'database'],
      `domain ${own.name} has the database ${own.database} to itself, and domain ${other.name} lies in it too`,
      `Give one of the two another database, or write \`isolation: schema\` for ${own.name}.`,
    );
    return;
  }
  if (first.schema !== schema) return;
  const whole = [first, second].find(({ isolation }) => isolation === 'schema');
  if (whole !== undefined) {
    const shares = first.isolation !== second.isolation;
    yield error(
      [...path, 'schema'],
      shares
        ? `domain ${whole.name} has the schema ${schema} to itself, and domain ${whole === first ? name : first.name} lies in it too`
        : `domains ${first.name} and ${name} claim the same schema, ${schema}`,
      shares
        ? `Give one of the two another schema, or set ${whole.name} apart by a prefix as well.`
        : 'Give one of the two another schema, or set both apart by prefixes.',
    );
    return;
  }
  if (!first.prefix || !second.prefix) return;
  if (first.prefix.startsWith(second.prefix) || second.prefix.startsWith(first.prefix))
    yield error(
      [...path, 'prefix'],
      first.prefix === second.prefix
        ? `domains ${first.name} and ${name} have the same prefix, ${second.prefix}`
        : `the prefixes of domains ${first.name} (${first.prefix}) and ${name} (${second.prefix}) overlap`,
      'Choose prefixes of which none begins with another, or give one domain a schema of its own.',
    );
}
