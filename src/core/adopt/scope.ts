/** What of a live database a manifest can own: facts about superusers, about the server and about our own history are left out. */
import { publicPrivileges } from '../kinds/privileges.ts';
import type { RoleAttributes } from '../kinds/role.ts';
import { isHistory } from '../manifest/history-table.ts';
import { type Catalog, type NotAnalysed, catalog, entriesOf } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { grantedOn } from '../rules/wording.ts';
import { globs } from '../model/glob.ts';
import { type Id, nameOf, objectOf } from '../model/id.ts';
import { isBesides } from '../model/scope.ts';
import { identifier } from '../../sql/quote.ts';

/** A live database, seen as what a manifest is to say of it. */
export interface Scope {
  /** Without what is left out. */
  readonly catalog: Catalog;
  /** The roles that the manifest is to declare. */
  readonly roles: ReadonlySet<string>;
  /** Patterns of the roles that it is to leave alone. */
  readonly unmanaged: readonly string[];
  /** What is left out and might be missed: each to be told. */
  readonly leftOut: readonly NotAnalysed[];
}

const history: NotAnalysed = {
  object: 'the history of migrations that the database has',
  schema: null,
  why: 'it is another project’s: where its rows are, the migrations written here cannot be recorded',
};

/** Roles of whoever runs the server: a shadow's superuser, and those of the big clouds. */
const operators = ['postgres', 'rds*', 'cloudsql*', 'azure*'] as const;
const isOperator = globs(operators);

/**
 * @param live as it was introspected.
 * @returns what is the manifest's. Declared is every role that owns or holds something here, the groups that such a
 * role is in, and the members of such a group; superusers are not, because no privilege holds for them, and what
 * they own belongs to whoever applies the migrations.
 */
export function scopeOf(live: Catalog): Scope {
  const entries = [...live.entries.values()].filter((entry) => !isHistory(entry));
  const known = new Map(
    [...entriesOf<'role', RoleAttributes>(live, 'role')].map((role) => [role.id.name, role]),
  );
  const isOutside = (name: string) => isOperator(name) || known.get(name)?.attrs.superuser === true;
  const roles = rolesIn(entries, isOutside, known);
  const concerned = entries.filter(({ id }) => !['role', 'membership', 'role-setting'].includes(id.kind));
  const outside = new Set(
    concerned.flatMap((entry) => rolesOf(entry)).filter((name) => known.has(name) && !roles.has(name)),
  );
  const patterns = [
    ...new Set([...outside].map((name) => operators.find((pattern) => globs([pattern])(name)) ?? name)),
  ];
  const isKept = (entry: Entry): boolean =>
    objectOf(entry.id).kind !== 'database' &&
    !isBesides(entry.id) &&
    rolesOf(entry).every((name) => !known.has(name) || roles.has(name));
  const kept = entries.filter(isKept);
  return {
    catalog: catalog(
      live.source,
      live.serverVersion,
      withOwnerOfPublic(kept, live.serverVersion),
      live.edges,
      live.notAnalysed,
    ),
    roles,
    unmanaged: [...new Set(['postgres', ...patterns.sort()])],
    leftOut: [
      ...(live.entries.size > entries.length ? [history] : []),
      ...live.notAnalysed,
      ...told(
        entries.filter((entry) => !isKept(entry)),
        entries,
        outside,
      ),
    ],
  };
}

/** @returns the roles that an entry is a fact about; PUBLIC is none. */
export function rolesOf({ id, attrs }: Entry): string[] {
  switch (id.kind) {
    case 'role':
      return [id.name];
    case 'role-setting':
      return [id.role];
    case 'membership':
      return [id.role, id.member];
    case 'owner':
      return [attrs['role'] as string];
    case 'grant':
      return id.to === 'public' ? [] : [id.to];
    case 'default-privilege':
      return [id.role, ...(id.to === 'public' ? [] : [id.to])];
    case 'comment':
    case 'security-label':
      return id.on.kind === 'role' ? [id.on.name] : [];
    default:
      return [];
  }
}

function rolesIn(
  entries: readonly Entry[],
  isOutside: (role: string) => boolean,
  known: ReadonlyMap<string, Entry>,
): ReadonlySet<string> {
  const roles = new Set<string>();
  for (const entry of entries) {
    const { id, attrs } = entry;
    if (objectOf(id).kind === 'database' || isBesides(id)) continue;
    if (id.kind === 'owner' || id.kind === 'grant' || id.kind === 'default-privilege')
      for (const name of rolesOf(entry)) if (known.has(name) && !isOutside(name)) roles.add(name);
    // A policy and a user mapping name their roles: without them they cannot be made.
    if (id.kind === 'policy')
      for (const name of attrs['roles'] as readonly string[])
        if (known.has(name) && name !== 'postgres') roles.add(name);
    if (id.kind === 'user-mapping' && known.has(id.user) && id.user !== 'postgres') roles.add(id.user);
  }
  const memberships = entries.flatMap(({ id }) => (id.kind === 'membership' ? [id] : []));
  for (const name of roles)
    for (const { role, member } of memberships) {
      const other = role === name ? member : member === name ? role : undefined;
      if (other !== undefined && known.has(other) && !isOutside(other)) roles.add(other);
    }
  return roles;
}

/**
 * From 15 on, `public` is the database owner's. Databases of before have it otherwise; whose it is then is not the
 * manifest's to say, because a new database makes it anew.
 */
export function withOwnerOfPublic(entries: readonly Entry[], serverVersion: number): readonly Entry[] {
  const on = { kind: 'schema', name: 'public' } as const;
  const has = (kind: Id['kind']) =>
    entries.some(
      ({ id }) =>
        (id.kind === kind && 'on' in id && nameOf(id.on) === 'public' && id.on.kind === 'schema') ||
        (kind === 'schema' && id.kind === 'schema' && id.name === 'public'),
    );
  if (serverVersion < 150000 || !has('schema') || has('owner')) return entries;
  const to = 'pg_database_owner';
  return [
    ...entries,
    { id: { kind: 'owner', on }, attrs: { role: to } },
    ...['usage', 'create'].map((privilege): Entry => ({
      id: { kind: 'grant', on, to, privilege },
      attrs: { grantable: false },
    })),
  ];
}

/** What nobody would expect to be gone: told per role, or for the database itself. */
function told(gone: readonly Entry[], all: readonly Entry[], outside: ReadonlySet<string>): NotAnalysed[] {
  const ownerOf = new Map(
    all.flatMap(({ id, attrs }) => (id.kind === 'owner' ? [[nameOf(id), attrs['role'] as string]] : [])),
  );
  const owned = new Map<string, number>();
  const facts = new Map<string, { object: string; schema: string | null; why: string }>();
  const tell = (object: string, schema: string | null, why: string) =>
    facts.set(`${object}\0${why}`, { object, schema, why });
  for (const { id, attrs } of gone) {
    if (id.kind === 'owner') {
      const role = attrs['role'] as string;
      owned.set(role, (owned.get(role) ?? 0) + 1);
    } else if (id.kind === 'grant' && id.on.kind === 'database') {
      const usual =
        attrs['grantable'] === false &&
        (id.to === 'public'
          ? publicPrivileges('database').includes(id.privilege)
          : id.to === all.find((entry) => entry.id.kind === 'database')?.attrs['owner']);
      if (!usual)
        tell(
          `privileges of ${identifier(id.to)} on the database`,
          null,
          'privileges on the database itself are not in a manifest: they stay as they are',
        );
    } else if (id.kind === 'database-setting')
      tell(
        id.role === null ? 'settings of the database' : `settings of ${identifier(id.role)} in the database`,
        null,
        'what sessions in one database begin with is not in a manifest: it stays as it is',
      );
    else if (id.kind === 'grant' && isBesides(id))
      tell(
        `privileges on ${grantedOn(id.on)}`,
        null,
        'neither large objects nor tablespaces are in a manifest: they stay as they are',
      );
    else if (
      id.kind === 'security-label' &&
      (isBesides(id) || id.on.kind === 'database' || id.on.kind === 'role')
    )
      tell(
        `the security label for ${identifier(id.provider)} on ${id.on.kind} ${nameOf(id.on)}`,
        null,
        'a manifest has none for databases, tablespaces, large objects and roles: it stays as it is',
      );
    else if (id.kind === 'comment' && id.on.kind === 'database')
      tell('the comment on the database', null, 'a manifest has none for it: it stays as it is');
    else if (
      id.kind === 'grant' &&
      ownerOf.get(`${id.on.kind} ${nameOf(id.on)}`) !== id.to &&
      outside.has(id.to) &&
      !isColumnOf(id.on)
    )
      tell(
        `privileges of ${identifier(id.to)}`,
        null,
        'the role is a superuser’s or an operator’s: what it holds is left alone',
      );
    else if (id.kind === 'default-privilege' && id.to !== id.role)
      tell(
        `default privileges of ${identifier(id.role)} for ${identifier(id.to)}`,
        id.schema,
        'the role is a superuser’s or an operator’s: what its future objects begin with is left alone',
      );
  }
  const [first, ...others] = [...owned].sort(([, a], [, b]) => b - a);
  void first;
  for (const [role, count] of others)
    tell(
      `ownership of ${count} objects by ${identifier(role)}`,
      null,
      'the role is a superuser’s or an operator’s: made anew, they belong to whoever applies the migrations',
    );
  return [...facts.values()];
}

const isColumnOf = (on: Id): boolean => on.kind === 'column';
