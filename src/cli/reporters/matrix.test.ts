import { Chalk } from 'chalk';
import { describe, expect, it } from 'vitest';
import type { MatrixSum } from '../../core/access/matrix.ts';
import { privilegesOn } from '../../core/kinds/privileges.ts';
import type { ObjectId } from '../../core/model/id.ts';
import { matrixJson, matrixText, objectsText } from './matrix.ts';

const colour = new Chalk({ level: 0 });
const on = (table: string): ObjectId => ({ kind: 'table', schema: 'auth', name: table });
const row = (object: ObjectId, privilege: string, more: Partial<MatrixSum> = {}): MatrixSum => ({
  role: 'app',
  domain: 'auth',
  object,
  objects: 1,
  privilege,
  grantable: false,
  by: { via: 'grant' },
  reachable: true,
  ...more,
});
const auth: ObjectId = { kind: 'schema', name: 'auth' };
const state: ObjectId = { kind: 'enum', schema: 'auth', name: 'state' };
const total: ObjectId = { kind: 'function', schema: 'auth', name: 'total', args: '' };
/** The cell of role app in domain auth, which has two tables, a and b. */
function cell(...rows: MatrixSum[]): string {
  const text = matrixText(rows, ['app'], new Map([['auth', 2]]), 180000, colour);
  return text.split('\n')[1]!.replace(/^app\s+/, '');
}
const onBoth = (...privileges: string[]) =>
  privileges.flatMap((privilege) => [row(on('a'), privilege), row(on('b'), privilege)]);

describe('a cell', () => {
  it.each<[string, MatrixSum[]]>([
    ['-', []],
    ['r', onBoth('select')],
    ['ra', onBoth('select', 'insert')],
    ['rw', onBoth('select', 'insert', 'update', 'delete')],
    ['a', onBoth('insert')],
    ['r', [row(on('a'), 'select', { objects: 2 })]],
    ['r~', [row(on('a'), 'select')]],
    ['r~w', [row(on('a'), 'select'), ...onBoth('insert', 'update', 'delete')]],
    ['r~', [row({ kind: 'column', schema: 'auth', table: 'a', name: 'id' }, 'select')]],
    ['all', onBoth(...privilegesOn('table', 180000))],
    ['x', onBoth('truncate')],
    ['use', [row(auth, 'usage')]],
    ['-', [row(state, 'usage', { by: { via: 'public' }, reachable: false })]],
    ['use', [row(auth, 'usage'), row(state, 'usage', { by: { via: 'public' } })]],
    ['use', [row(auth, 'usage'), row(total, 'execute', { by: { via: 'public' } })]],
    ['f', [row(auth, 'usage'), row(total, 'execute')]],
    ['f!', [row(total, 'execute', { reachable: false })]],
    [
      'rcf+',
      [
        ...onBoth('select'),
        row(auth, 'create', { by: { via: 'member of', role: 'group' } }),
        row(total, 'execute'),
      ],
    ],
    ['own', [row({ kind: 'schema', name: 'auth' }, 'create', { by: { via: 'owner' } }), ...onBoth('select')]],
    ['su', [row(on('a'), 'select', { by: { via: 'superuser' } })]],
    ['r~+', [row(on('a'), 'select', { by: { via: 'member of', role: 'group' } })]],
    ['r~*', [row(on('a'), 'select', { grantable: true })]],
    ['r~!', [row(on('a'), 'select', { reachable: false })]],
  ])('%s', (expected, rows) => {
    expect(cell(...rows)).toBe(expected);
  });
});

it('the legend explains what occurs and nothing else', () => {
  const text = matrixText(onBoth('select'), ['app'], new Map([['auth', 2]]), 180000, colour);
  expect(text.split('\n').slice(3)).toEqual(['r    read (select)']);
});

it('object by object, the privileges that come the same way stand together', () => {
  const rows = [
    ...onBoth('select', 'insert'),
    row(on('a'), 'delete', { by: { via: 'member of', role: 'G' } }),
  ];
  expect(objectsText(rows, colour).split('\n')).toEqual([
    'ROLE  DOMAIN  OBJECT  PRIVILEGES      VIA',
    'app   auth    auth.a  select, insert  grant',
    'app   auth    auth.b  select, insert  grant',
    'app   auth    auth.a  delete          member of "G"',
  ]);
});

it('as JSON, one row for each privilege', () => {
  expect(matrixJson([row(on('A'), 'select')])).toMatchObject({
    version: 1,
    command: 'audit matrix',
    rows: [{ role: 'app', object: 'auth."A"', privilege: 'select', grantable: false, via: 'grant' }],
  });
});
