import { expect, it } from 'vitest';
import { manifestOf } from '../../../test/support/manifest.ts';
import { carriersOf, loginsOf } from './logins.ts';

const roles = {
  writers: { grants: [['shop', 'write']] },
  clerks: { grants: [['billing', 'read']] },
  all: { memberOf: ['writers', { role: 'clerks', inherit: false }] },
  owner: { login: true },
  web: { login: true, memberOf: ['writers'] },
  both: { login: true, memberOf: ['all'] },
  quiet: { login: true, memberOf: ['writers'], inherit: false },
  idle: { login: true },
  copier: { login: true, replication: true },
  boss: { login: true, superuser: true, memberOf: ['writers'] },
  postgres: { login: true, memberOf: ['writers'] },
} as const;
const names = (database: string, databases: readonly string[]) => {
  const manifest = manifestOf({
    domains: { shop: { owner: 'owner' }, billing: { database: databases.at(-1)! } },
    roles,
  });
  const known = { ...manifest, databases: new Map(databases.map((name) => [name, { name }])) };
  return loginsOf(known, database).map(({ name }) => name);
};

it('a login is to connect to where it, or a group of its, has something to do', () => {
  expect(names('main', ['main', 'second'])).toEqual(['owner', 'web', 'both', 'quiet']);
  expect(names('second', ['main', 'second'])).toEqual(['both']);
});

it('with a single database, who has nothing to do has it there', () => {
  expect(names('main', ['main'])).toEqual(['owner', 'web', 'both', 'quiet', 'idle']);
});

it('CONNECT comes by groups whose privileges a role uses as its own', () => {
  const manifest = manifestOf({ domains: { shop: {}, billing: {} }, roles });
  expect(carriersOf(manifest, 'both')).toEqual(['both', 'all', 'writers']);
  expect(carriersOf(manifest, 'quiet')).toEqual(['quiet']);
});
