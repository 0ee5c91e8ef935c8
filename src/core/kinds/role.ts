/** Roles and their attributes. Passwords are not here: they are set from the environment, and appear in no plan. */
import { dollarQuoted, identifier, literal } from '../../sql/quote.ts';
import { type RoleId, keyOf } from '../model/id.ts';
import { draft, type Kind } from './kind.ts';

export type RoleAttributes = {
  readonly superuser: boolean;
  readonly inherit: boolean;
  readonly createRole: boolean;
  readonly createDatabase: boolean;
  readonly login: boolean;
  readonly replication: boolean;
  readonly bypassRls: boolean;
  /** -1: no limit. */
  readonly connectionLimit: number;
  /** ISO timestamp in UTC; null: for ever. */
  readonly validUntil: string | null;
};

/** What CREATE ROLE makes when told nothing. */
const usual: RoleAttributes = {
  superuser: false,
  inherit: true,
  createRole: false,
  createDatabase: false,
  login: false,
  replication: false,
  bypassRls: false,
  connectionLimit: -1,
  validUntil: null,
};
/** How SQL calls what a role may do. */
export const flags = {
  superuser: 'SUPERUSER',
  inherit: 'INHERIT',
  createRole: 'CREATEROLE',
  createDatabase: 'CREATEDB',
  login: 'LOGIN',
  replication: 'REPLICATION',
  bypassRls: 'BYPASSRLS',
} as const;

function options(attrs: RoleAttributes, before: RoleAttributes): string[] {
  const words: string[] = [];
  for (const [name, word] of Object.entries(flags) as [keyof typeof flags, string][])
    if (attrs[name] !== before[name]) words.push(attrs[name] ? word : `NO${word}`);
  if (attrs.connectionLimit !== before.connectionLimit)
    words.push(`CONNECTION LIMIT ${attrs.connectionLimit}`);
  if (attrs.validUntil !== before.validUntil)
    words.push(`VALID UNTIL ${literal(attrs.validUntil ?? 'infinity')}`);
  return words;
}

export const role: Kind<RoleId, RoleAttributes> = {
  name: 'role',
  rank: 10,
  references: () => [],
  /** A role belongs to the whole cluster, which may have it already from another database: made if absent, then set to what is declared. */
  create({ id, attrs }) {
    const name = identifier(id.name);
    const all = Object.entries(flags)
      .filter(([flag]) => flag !== 'superuser' && flag !== 'replication' && flag !== 'bypassRls')
      .map(([flag, word]) => (attrs[flag as keyof typeof flags] ? word : `NO${word}`));
    const rare = options(
      { ...usual, superuser: attrs.superuser, replication: attrs.replication, bypassRls: attrs.bypassRls },
      usual,
    );
    const rest = options(
      { ...usual, connectionLimit: attrs.connectionLimit, validUntil: attrs.validUntil },
      usual,
    );
    const body = `
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = ${literal(id.name)}) THEN
    CREATE ROLE ${name};
  END IF;
END
`;
    return [
      draft(`DO ${dollarQuoted(body)}`, { produces: [keyOf(id)] }),
      draft(`ALTER ROLE ${name} WITH ${[...all, ...rare, ...rest].join(' ')}`, { requires: [keyOf(id)] }),
    ];
  },
  /** Other databases of the cluster may still use it: then it stays, and the server says so. */
  drop({ id }) {
    const name = identifier(id.name);
    const body = `
BEGIN
  DROP ROLE ${name};
EXCEPTION WHEN dependent_objects_still_exist THEN
  RAISE WARNING 'role % is kept: something outside this migration still depends on it; dbctl roles remove takes that and the role', ${literal(id.name)};
END
`;
    return [
      draft(`DO ${dollarQuoted(body)}`, {
        destroys: [keyOf(id)],
        hazards: [{ name: 'access-change', object: name, detail: 'drops the role' }],
      }),
    ];
  },
  alter: (_changes, before, { id, attrs }) => [
    draft(`ALTER ROLE ${identifier(id.name)} WITH ${options(attrs, before.attrs).join(' ')}`, {
      produces: [keyOf(id)],
      hazards: [{ name: 'access-change', object: identifier(id.name), detail: 'changes the role' }],
    }),
  ],
};
