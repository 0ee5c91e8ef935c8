/** Effective privileges against the server's own answers, over databases made at random. */
import { describe, expect, it } from 'vitest';
import { accessOf } from '../../src/core/access/effective.ts';
import { privilegesOn } from '../../src/core/kinds/privileges.ts';
import type { ObjectId } from '../../src/core/model/id.ts';
import { nameOf } from '../../src/core/model/id.ts';
import { connect, type Connection } from '../../src/db/connect.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { openShadow } from '../../src/db/shadow.ts';
import { identifier, qualified } from '../../src/sql/quote.ts';

/** mulberry32: the same database for the same seed. */
function randomFrom(seed: number) {
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

const roles = ['ann', 'Bob "B"', 'carl', 'dora', 'eve', 'fay', 'select', 'hugo'];
const schemas = ['s1', 'S 2'];

/** Roles, memberships, owners and grants at random; statements that the server refuses are passed over. */
async function makeAtRandom({ sql, serverVersion, address }: Connection, seed: number): Promise<ObjectId[]> {
  const { chance, pick } = randomFrom(seed);
  const attempt = (text: string) => sql.unsafe(text).catch(() => sql.unsafe('reset role'));
  const run = (text: string) => sql.unsafe(text);
  const flag = (word: string) => (chance(0.5) ? word : `NO${word}`);
  for (const role of roles) await run(`CREATE ROLE ${identifier(role)} ${flag('INHERIT')}`);
  await run(`ALTER ROLE hugo ${chance(0.5) ? 'SUPERUSER' : 'NOSUPERUSER'}`);
  const predefined = [
    'pg_read_all_data',
    'pg_write_all_data',
    ...(serverVersion >= 170000 ? ['pg_maintain'] : []),
  ];
  for (let n = 0; n < 14; n += 1) {
    const options =
      serverVersion < 160000 ? '' : ` WITH INHERIT ${chance(0.6)}, SET ${chance(0.5)}, ADMIN ${chance(0.2)}`;
    await attempt(
      `GRANT ${identifier(pick([...roles, ...roles, ...predefined]))} TO ${identifier(pick(roles))}${options}`,
    );
  }
  await run(`ALTER DATABASE ${identifier(address.database)} OWNER TO ${identifier(pick(roles))}`);
  const objects: ObjectId[] = [{ kind: 'database' }, { kind: 'schema', name: 'public' }];
  for (const schema of schemas) {
    await run(`CREATE SCHEMA ${identifier(schema)} AUTHORIZATION ${identifier(pick(roles))}`);
    objects.push({ kind: 'schema', name: schema });
    for (const name of ['t1', 'T 2']) {
      await run(`CREATE TABLE ${qualified(schema, name)} (a int, "B c" text)`);
      objects.push({ kind: 'table', schema, name });
      for (const column of ['a', 'B c']) objects.push({ kind: 'column', schema, table: name, name: column });
    }
    await run(`CREATE VIEW ${qualified(schema, 'v')} AS SELECT 1 AS a`);
    await run(`CREATE SEQUENCE ${qualified(schema, 'q')}`);
    await run(`CREATE TYPE ${qualified(schema, 'e')} AS ENUM ('x')`);
    objects.push(
      { kind: 'view', schema, name: 'v' },
      { kind: 'sequence', schema, name: 'q' },
      { kind: 'enum', schema, name: 'e' },
    );
  }
  for (const object of objects)
    if (object.kind !== 'column' && object.kind !== 'database' && chance(0.8))
      await attempt(`ALTER ${clause(object, '')} OWNER TO ${identifier(pick(roles))}`);
  for (let n = 0; n < 160; n += 1) {
    const object = pick(objects);
    const privilege = pick(privilegesOn(object.kind, serverVersion)).toUpperCase();
    const item = object.kind === 'column' ? `${privilege} (${identifier(object.name)})` : privilege;
    const on =
      object.kind === 'database' ? `DATABASE ${identifier(address.database)}` : clause(object, 'grant');
    const to = chance(0.15) ? 'PUBLIC' : identifier(pick(roles));
    // Now and then somebody else passes it on, so that ACLs have other grantors than the owner.
    if (chance(0.3)) await run(`SET ROLE ${identifier(pick(roles))}`);
    if (chance(0.8))
      await attempt(
        `GRANT ${item} ON ${on} TO ${to}${to !== 'PUBLIC' && chance(0.4) ? ' WITH GRANT OPTION' : ''}`,
      );
    else await attempt(`REVOKE ${item} ON ${on} FROM ${to} CASCADE`);
    await run('RESET ROLE');
  }
  return objects;
}

function clause(object: ObjectId, use: 'grant' | ''): string {
  if (object.kind === 'column') return `TABLE ${qualified(object.schema, object.table)}`;
  if (object.kind === 'enum') return `TYPE ${nameOf(object)}`;
  if (object.kind === 'view' && use === 'grant') return `TABLE ${nameOf(object)}`;
  return `${object.kind.toUpperCase()} ${nameOf(object)}`;
}

interface Question {
  readonly role: string;
  readonly privilege: string;
  readonly object: ObjectId;
  readonly grantable: boolean;
}

/** What has_*_privilege() answers, in the order of the questions. */
async function ask({ sql, address }: Connection, questions: readonly Question[]): Promise<boolean[]> {
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
  const call = ({ role, privilege, object, grantable }: Question) => {
    const wanted = text(grantable ? `${privilege} WITH GRANT OPTION` : privilege);
    switch (object.kind) {
      case 'column':
        return `has_column_privilege(${text(role)}, ${text(qualified(object.schema, object.table))}, ${text(object.name)}, ${wanted})`;
      case 'database':
        return `has_database_privilege(${text(role)}, ${text(address.database)}, ${wanted})`;
      case 'schema':
        return `has_schema_privilege(${text(role)}, ${text(object.name)}, ${wanted})`;
      case 'sequence':
        return `has_sequence_privilege(${text(role)}, ${text(nameOf(object))}, ${wanted})`;
      case 'enum':
        return `has_type_privilege(${text(role)}, ${text(nameOf(object))}, ${wanted})`;
      default:
        return `has_table_privilege(${text(role)}, ${text(nameOf(object))}, ${wanted})`;
    }
  };
  const answers: boolean[] = [];
  for (let at = 0; at < questions.length; at += 1000) {
    const [row] = await sql.unsafe<{ answers: boolean[] }[]>(
      `select array[${questions
        .slice(at, at + 1000)
        .map(call)
        .join(',\n')}] as answers`,
    );
    answers.push(...row!.answers);
  }
  return answers;
}

const inWords = ({ role, privilege, object, grantable }: Question): string =>
  `${role}: ${privilege}${grantable ? ' with grant option' : ''} on ${object.kind} ${nameOf(object)}`;

describe('effective privileges agree with has_*_privilege()', () => {
  it.each([
    { major: 15, seeds: [1, 11] },
    { major: 18, seeds: [3, 4] },
  ] as const)('PostgreSQL $major', async ({ major, seeds }) => {
    for (const seed of seeds) {
      const shadow = await openShadow({ major });
      try {
        const connection = await connect(shadow.address);
        try {
          const objects = await makeAtRandom(connection, seed);
          const access = accessOf(await introspect(connection));
          const questions: Question[] = [...roles, 'public'].flatMap((role) =>
            objects.flatMap((object) =>
              privilegesOn(object.kind, shadow.serverVersion).flatMap((privilege) => [
                { role, privilege, object, grantable: false },
                { role, privilege, object, grantable: true },
              ]),
            ),
          );
          const answers = await ask(connection, questions);
          const wrong = questions.filter(({ role, privilege, object, grantable }, at) => {
            const ours = grantable
              ? access.mayGrant(role, privilege, object)
              : access.holds(role, privilege, object);
            return ours !== answers[at];
          });
          expect(wrong.map(inWords)).toEqual([]);
          expect(questions.length).toBeGreaterThan(1_000);
          // Neither all yes nor all no: the database says something.
          expect(answers.filter(Boolean).length / answers.length).toBeGreaterThan(0.1);
          expect(answers.filter(Boolean).length / answers.length).toBeLessThan(0.9);
          // What is told of an object is what is held on it.
          for (const role of roles)
            for (const object of objects)
              for (const { privilege, grantable } of access.holdings(role, object)) {
                expect(access.holds(role, privilege, object)).toBe(true);
                expect(grantable && !access.mayGrant(role, privilege, object)).toBe(false);
              }
        } finally {
          await connection.close();
        }
      } finally {
        await shadow.close();
      }
    }
  });
});
