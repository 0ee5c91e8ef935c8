/** Databases with roles, memberships, owners and grants at random, and what the server itself says of them. */
import { privilegesOn } from '../../src/core/kinds/privileges.ts';
import { type ObjectId, isRelation, nameOf } from '../../src/core/model/id.ts';
import { type Address, type Connection, connect } from '../../src/db/connect.ts';
import { identifier, literal, qualified } from '../../src/sql/quote.ts';

/** mulberry32: the same database for the same seed. */
export function randomFrom(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    chance: (share: number) => next() < share,
    pick: <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)]!,
  };
}

export const roles = [
  'ann',
  'Bob "B"',
  'carl',
  'dora',
  'eve',
  'fay',
  'select',
  'hugo',
  ...Array.from({ length: 12 }, (_, n) => `role_${n}`),
];
/** The cluster's. */
const parameters = ['log_min_messages', 'work_mem', 'shop.tax'];
const schemas = ['s1', 'S 2', 's3'];

/** Statements at random, gathered into a script. */
function scribe({ serverVersion, address }: Connection, seed: number) {
  const { chance, pick } = randomFrom(seed);
  const script: string[] = [];
  const run = (text: string) => void script.push(text);
  // What is refused (a membership in a circle, a grant without a grant option) leaves no trace.
  const attempt = (text: string, as?: string) => {
    const statements = as === undefined ? [text] : [`SET ROLE ${identifier(as)}`, text, 'RESET ROLE'];
    const body = statements.map((each) => `EXECUTE ${quoted(each)};`).join(' ');
    run(`DO ${quoted(`BEGIN ${body} EXCEPTION WHEN OTHERS THEN NULL; END`)}`);
  };
  const predefined = [
    'pg_read_all_data',
    'pg_write_all_data',
    'pg_monitor',
    'pg_read_all_stats',
    ...(serverVersion >= 170000 ? ['pg_maintain'] : []),
  ];
  return {
    chance,
    pick,
    run,
    script,
    membership(verb: 'GRANT' | 'REVOKE' = 'GRANT') {
      const options =
        serverVersion < 160000
          ? chance(0.2)
            ? ' WITH ADMIN OPTION'
            : ''
          : ` WITH INHERIT ${chance(0.6)}, SET ${chance(0.5)}, ADMIN ${chance(0.3)}`;
      // From 16 on, several grantors may give the same membership, each with options of its own.
      const by = serverVersion >= 160000 && chance(0.3) ? ` GRANTED BY ${identifier(pick(roles))}` : '';
      const role = identifier(pick([...roles, ...roles, ...predefined]));
      const member = identifier(pick([...roles, ...roles, ...roles, ...predefined]));
      attempt(
        verb === 'GRANT'
          ? `GRANT ${role} TO ${member}${options}${by}`
          : `REVOKE ${role} FROM ${member}${by} CASCADE`,
      );
    },
    owner(object: ObjectId) {
      const fixed = [
        'column',
        'database',
        'language',
        'foreign-data-wrapper',
        'parameter',
        'named-tablespace',
      ];
      const isLinked = object.kind === 'sequence' && object.name !== 'q';
      if (!fixed.includes(object.kind) && !isLinked)
        attempt(`ALTER ${clause(object, 'alter')} OWNER TO ${identifier(pick(roles))}`);
    },
    databaseOwner() {
      run(`ALTER DATABASE ${identifier(address.database)} OWNER TO ${identifier(pick(roles))}`);
    },
    privilege(object: ObjectId) {
      const privilege = pick(privilegesOn(object.kind, serverVersion)).toUpperCase();
      const item = object.kind === 'column' ? `${privilege} (${identifier(object.name)})` : privilege;
      const on =
        object.kind === 'database' ? `DATABASE ${identifier(address.database)}` : clause(object, 'grant');
      const to = chance(0.12) ? 'PUBLIC' : identifier(pick(chance(0.1) ? predefined : roles));
      // Now and then somebody else passes it on, so that ACLs have other grantors than the owner.
      // Not of what is the cluster's: DROP OWNED passes over that, and the next database needs the roles' names.
      const isShared = object.kind === 'parameter' || object.kind === 'named-tablespace';
      const as = !isShared && chance(0.3) ? pick(roles) : undefined;
      if (chance(0.8)) {
        const option = to !== 'PUBLIC' && chance(0.4) ? ' WITH GRANT OPTION' : '';
        attempt(`GRANT ${item} ON ${on} TO ${to}${option}`, as);
      } else attempt(`REVOKE ${item} ON ${on} FROM ${chance(0.4) ? 'PUBLIC' : to} CASCADE`, as);
    },
  };
}

/** @returns the objects that were made. Statements that the server refuses are passed over. */
export async function makeAtRandom(connection: Connection, seed: number): Promise<ObjectId[]> {
  const { chance, pick, run, script, ...at } = scribe(connection, seed);
  const flag = (word: string, share = 0.5) => (chance(share) ? word : `NO${word}`);
  for (const role of roles) run(`CREATE ROLE ${identifier(role)} ${flag('INHERIT', 0.7)}`);
  run(`ALTER ROLE hugo ${chance(0.5) ? 'SUPERUSER' : 'NOSUPERUSER'}`);
  for (let n = 0; n < 44; n += 1) at.membership();
  at.databaseOwner();
  const objects: ObjectId[] = [
    { kind: 'database' },
    { kind: 'schema', name: 'public' },
    { kind: 'language', name: 'plpgsql' },
    { kind: 'language', name: 'sql' },
    { kind: 'foreign-data-wrapper', name: 'Wrapper w' },
    { kind: 'foreign-server', name: 'far' },
  ];
  run(`CREATE FOREIGN DATA WRAPPER "Wrapper w"; CREATE SERVER far FOREIGN DATA WRAPPER "Wrapper w"`);
  for (const name of parameters) objects.push({ kind: 'parameter', name });
  objects.push({ kind: 'named-tablespace', name: 'pg_default' });
  run('SELECT lo_create(90001), lo_create(90002)');
  // Until 17 the server has no function to be asked of them.
  if (connection.serverVersion >= 180000)
    for (const name of ['90001', '90002']) objects.push({ kind: 'large-object', name });
  for (const schema of schemas) makeSchema(schema, objects, run, () => identifier(pick(roles)));
  run(`CREATE EXTENSION citext SCHEMA s1; CREATE EXTENSION pg_stat_statements SCHEMA "S 2"`);
  objects.push(
    { kind: 'base-type', schema: 's1', name: 'citext' },
    { kind: 'function', schema: 's1', name: 'citext_cmp', args: 's1.citext, s1.citext' },
    { kind: 'view', schema: 'S 2', name: 'pg_stat_statements' },
    { kind: 'column', schema: 'S 2', table: 'pg_stat_statements', name: 'query' },
  );
  for (const object of objects) if (chance(0.8)) at.owner(object);
  // Some hold everything from the start, so that not all ACLs are what one owner said.
  for (let n = 0; n < objects.length * 4; n += 1) at.privilege(pick(objects));
  await connection.sql.unsafe(script.join(';\n'));
  return objects;
}

/** Roles are the cluster's: the next database makes its own. */
export async function dropRoles({ address }: { readonly address: Address }): Promise<void> {
  const connection = await connect(address);
  try {
    const rows = await connection.sql<{ name: string }[]>`
      select rolname as name from pg_roles where rolname in ${connection.sql(roles)}`;
    // At once: they grant one another memberships.
    const all = rows.map(({ name }) => identifier(name)).join(', ');
    await connection.sql.unsafe(`drop owned by ${all} cascade; drop role ${all}`);
  } finally {
    await connection.close();
  }
}

/** Changes such a database: privileges, memberships, owners. */
export async function changeAtRandom(
  connection: Connection,
  objects: readonly ObjectId[],
  seed: number,
): Promise<void> {
  const { chance, pick, script, ...at } = scribe(connection, seed);
  for (let n = 0; n < 30; n += 1)
    if (chance(0.2)) at.membership(chance(0.5) ? 'GRANT' : 'REVOKE');
    else if (chance(0.15)) at.owner(pick(objects));
    else at.privilege(pick(objects));
  if (chance(0.3)) at.databaseOwner();
  await connection.sql.unsafe(script.join(';\n'));
}

const quoted = (text: string) => {
  let tag = 'a';
  while (text.includes(`$${tag}$`)) tag += 'a';
  return `$${tag}$${text}$${tag}$`;
};

function makeSchema(
  schema: string,
  objects: ObjectId[],
  run: (sql: string) => void,
  somebody: () => string,
): void {
  const named = (name: string) => qualified(schema, name);
  run(`CREATE SCHEMA ${identifier(schema)} AUTHORIZATION ${somebody()}`);
  objects.push({ kind: 'schema', name: schema });
  const table = (name: string, columns: readonly string[]) => {
    objects.push({ kind: 'table', schema, name });
    for (const column of columns) objects.push({ kind: 'column', schema, table: name, name: column });
  };
  for (const name of ['t1', 'T 2']) {
    run(`CREATE TABLE ${named(name)} (a int, "B c" text, serial_${name === 't1' ? 1 : 2} serial)`);
    table(name, ['a', 'B c']);
  }
  objects.push({ kind: 'sequence', schema, name: 't1_serial_1_seq' });
  run(
    `CREATE TABLE ${named('numbered')} (id int GENERATED ALWAYS AS IDENTITY, other int GENERATED ALWAYS AS IDENTITY)`,
  );
  table('numbered', ['id']);
  for (const name of ['numbered_id_seq', 'numbered_other_seq'])
    objects.push({ kind: 'sequence', schema, name });
  run(`CREATE TABLE ${named('p')} (a int) PARTITION BY RANGE (a)`);
  run(`CREATE TABLE ${named('p1')} PARTITION OF ${named('p')} FOR VALUES FROM (0) TO (10)`);
  table('p', ['a']);
  table('p1', ['a']);
  run(`CREATE VIEW ${named('v')} AS SELECT 1 AS a`);
  objects.push({ kind: 'column', schema, table: 'v', name: 'a' });
  run(`CREATE MATERIALIZED VIEW ${named('m')} AS SELECT 1 AS a`);
  run(`CREATE FOREIGN TABLE ${named('f')} (a int) SERVER far`);
  run(`CREATE SEQUENCE ${named('q')}`);
  run(`CREATE TYPE ${named('e')} AS ENUM ('x'); CREATE DOMAIN ${named('d')} AS int`);
  run(`CREATE TYPE ${named('c')} AS (a int); CREATE TYPE ${named('r')} AS RANGE (SUBTYPE = int)`);
  run(
    `CREATE FUNCTION ${named('definer')}(int, text) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'`,
  );
  run(`CREATE TYPE ${named('b')};
    CREATE FUNCTION ${named('b_in')}(cstring) RETURNS ${named('b')} LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
    CREATE FUNCTION ${named('b_out')}(${named('b')}) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
    CREATE TYPE ${named('b')} (INPUT = ${named('b_in')}, OUTPUT = ${named('b_out')}, LIKE = int4)`);
  run(`CREATE PROCEDURE ${named('P p')}() LANGUAGE sql AS 'SELECT 1'`);
  run(`CREATE AGGREGATE ${named('sum_up')}(int) (SFUNC = int4pl, STYPE = int)`);
  objects.push(
    { kind: 'view', schema, name: 'v' },
    { kind: 'materialized-view', schema, name: 'm' },
    { kind: 'foreign-table', schema, name: 'f' },
    { kind: 'sequence', schema, name: 'q' },
    { kind: 'enum', schema, name: 'e' },
    { kind: 'domain-type', schema, name: 'd' },
    { kind: 'composite-type', schema, name: 'c' },
    { kind: 'range-type', schema, name: 'r' },
    { kind: 'base-type', schema, name: 'b' },
    { kind: 'function', schema, name: 'definer', args: 'integer, text' },
    { kind: 'function', schema, name: 'P p', args: '' },
    { kind: 'aggregate', schema, name: 'sum_up', args: 'integer' },
  );
}

function clause(object: ObjectId, use: 'grant' | 'alter'): string {
  const name = nameOf(object);
  switch (object.kind) {
    case 'column':
      return `TABLE ${qualified(object.schema, object.table)}`;
    case 'enum':
    case 'composite-type':
    case 'range-type':
    case 'base-type':
      return `TYPE ${name}`;
    case 'domain-type':
      return `DOMAIN ${name}`;
    case 'function':
      return `ROUTINE ${name}`;
    case 'aggregate':
      return `${use === 'grant' ? 'FUNCTION' : 'AGGREGATE'} ${name}`;
    case 'named-tablespace':
      return `TABLESPACE ${name}`;
    case 'large-object':
      return `LARGE OBJECT ${name}`;
    case 'foreign-data-wrapper':
      return `FOREIGN DATA WRAPPER ${name}`;
    case 'foreign-server':
      return `${use === 'grant' ? 'FOREIGN SERVER' : 'SERVER'} ${name}`;
    case 'materialized-view':
    case 'foreign-table':
      return use === 'grant' ? `TABLE ${name}` : `${object.kind.toUpperCase().replaceAll('-', ' ')} ${name}`;
    default:
      return isRelation(object) && use === 'grant' ? `TABLE ${name}` : `${object.kind.toUpperCase()} ${name}`;
  }
}

/** One object, and what has_*_privilege() is asked of it. */
function call(object: ObjectId, database: string): string {
  const name = literal(nameOf(object));
  switch (object.kind) {
    case 'column':
      return `has_column_privilege(r, ${literal(qualified(object.schema, object.table))}, ${literal(object.name)}, p)`;
    case 'database':
      return `has_database_privilege(r, ${literal(database)}, p)`;
    case 'schema':
    case 'language':
    case 'foreign-data-wrapper':
    case 'foreign-server': {
      const what = { schema: 'schema', language: 'language', 'foreign-server': 'server' } as const;
      const word = object.kind === 'foreign-data-wrapper' ? 'foreign_data_wrapper' : what[object.kind];
      return `has_${word}_privilege(r, ${literal(object.name)}, p)`;
    }
    case 'named-tablespace':
      return `has_tablespace_privilege(r, ${literal(object.name)}, p)`;
    case 'large-object':
      return `has_largeobject_privilege(r, ${object.name}, p)`;
    case 'parameter':
      return `has_parameter_privilege(r, ${literal(object.name)}, p)`;
    case 'sequence':
      return `has_sequence_privilege(r, ${name}, p)`;
    case 'function':
    case 'aggregate':
      return `has_function_privilege(r, ${name}, p)`;
    case 'enum':
    case 'domain-type':
    case 'composite-type':
    case 'range-type':
    case 'base-type':
      return `has_type_privilege(r, ${name}, p)`;
    default:
      return `has_table_privilege(r, ${name}, p)`;
  }
}

/**
 * @returns for each object, role and privilege in this order, whether the role holds it, and whether with grant option.
 * The roles are asked by name, `public` for PUBLIC. One query.
 */
export async function ask(
  { sql, serverVersion, address }: Connection,
  who: readonly string[],
  objects: readonly ObjectId[],
): Promise<{ readonly held: boolean; readonly grantable: boolean }[]> {
  const list = (texts: readonly string[]) => `array[${texts.map(literal).join(', ')}]::text[]`;
  const parts = objects.map((object, at) => {
    const privileges = privilegesOn(object.kind, serverVersion);
    const answer = call(object, address.database);
    const withOption = answer.replace(/, p\)$/, `, p || ' WITH GRANT OPTION')`);
    return `select ${at} as object, ra, pa, ${answer} as held, ${withOption} as grantable
      from unnest(${list(who)}) with ordinality w(r, ra), unnest(${list(privileges)}) with ordinality x(p, pa)`;
  });
  const rows = await sql.unsafe<{ held: boolean; grantable: boolean }[]>(
    `${parts.join('\nunion all\n')}\norder by object, ra, pa`,
  );
  return rows.map(({ held, grantable }) => ({ held, grantable }));
}
