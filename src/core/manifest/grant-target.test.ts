import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseGrantTarget } from './grant-target.ts';

/** Any name, quoted in the one way that always works. */
const name = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !/["\0]/.test(text));
const written = (text: string) => (/^[\w-]+$/.test(text) ? text : `"${text}"`);

describe('a grant target', () => {
  it('is a domain, a table or columns, whatever the names', () => {
    fc.assert(
      fc.property(
        name,
        name,
        fc.array(
          name.filter((n) => !/[()]/.test(n) && !n.includes(',')),
          { minLength: 1 },
        ),
        (domain, table, columns) => {
          expect(parseGrantTarget(written(domain))).toEqual({ kind: 'domain', domain });
          const on = `${written(domain)}.${written(table)}`;
          expect(parseGrantTarget(on)).toEqual({ kind: 'table', domain, table });
          const list = columns.map(written).join(', ');
          expect(parseGrantTarget(`${on}(${list})`)).toEqual({ kind: 'columns', domain, table, columns });
        },
      ),
    );
  });

  it('is a class of objects, or one of it', () => {
    expect(parseGrantTarget({ schema: 'auth' })).toEqual({ kind: 'schema', domain: 'auth' });
    expect(parseGrantTarget({ sequences: 'auth' })).toEqual({ kind: 'sequences', domain: 'auth' });
    expect(parseGrantTarget({ tables: 'auth."Users"' })).toEqual({
      kind: 'tables',
      domain: 'auth',
      name: 'Users',
    });
    expect(parseGrantTarget({ functions: 'orders.total(integer, text)' })).toEqual({
      kind: 'functions',
      domain: 'orders',
      name: 'total(integer, text)',
    });
  });

  it.each([
    ['', 'Write a domain'],
    ['auth.*', 'Write auth for all'],
    ['auth.users.id', 'Write auth.users(id)'],
    ['auth(id)', 'Write the table too: auth.<table>(id)'],
    ['auth.users()', 'Write the columns'],
    ['auth.users(id,)', 'Write the columns'],
    ['auth.users(id', 'Write a domain'],
    ['auth users', 'Write a domain'],
    [{ table: 'auth' }, 'Write one of: schema, tables'],
    [{ schema: 'auth.users' }, 'Write { schema: auth }'],
    [{ tables: 'auth', sequences: 'auth' }, 'Write several targets as a list'],
    [{}, 'Write several'],
    [{ tables: '' }, 'Write { tables: <domain> }'],
  ])('is not %j', (on, help) => {
    const parsed = parseGrantTarget(on);
    expect(parsed).toHaveProperty('error');
    expect((parsed as { help: string }).help).toContain(help);
  });

  it('tells what was meant', () => {
    expect(parseGrantTarget({ table: 'auth' })).toHaveProperty(
      'error',
      expect.stringContaining('did you mean `tables`'),
    );
  });
});
