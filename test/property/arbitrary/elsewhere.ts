/** What no table is in: default privileges, text search, foreign servers, extensions, event triggers. */
import fc from 'fast-check';
import { grantee, identifier, qualified } from '../../../src/sql/quote.ts';
import { carried, flag, oneOf, schema, sometimes } from './common.ts';
import { carriedPieces, nameIn, piece, type Carried, type Family } from './family.ts';

export const defaultPrivilege: Family<{
  role: string;
  schema: string | null;
  objects: string;
  to: string;
  option: boolean;
  revoke: boolean;
}> = {
  name: 'default privilege',
  slots: ['first', 'second'],
  filled: 3,
  arbitrary: fc.record({
    role: oneOf('postgres', 'postgres', 'owner_a'),
    schema: sometimes(oneOf('app', 'core'), 5),
    objects: oneOf('tables', 'tables', 'sequences', 'functions', 'types'),
    to: oneOf('reader', 'owner_b', 'public'),
    option: flag(1),
    revoke: flag(2),
  }),
  pieces(_slot, { role, schema, objects, to, option, revoke }, world) {
    if (schema !== null && (world.model['schema']?.[schema] ?? null) === null) return [];
    const where = schema === null ? '' : ` in schema ${identifier(schema)}`;
    const head = `alter default privileges for role ${role}${where}`;
    const end = option && to !== 'public' ? ' with grant option' : '';
    return [
      piece(
        'default privilege',
        revoke && schema === null
          ? `${head} revoke all on ${objects} from ${grantee('public')}`
          : `${head} grant all on ${objects} to ${to}${end}`,
      ),
    ];
  },
};

export const textSearch: Family<{
  schema: string;
  carried: Carried;
  stop: boolean;
  mapped: boolean;
  dictionary: string;
}> = {
  name: 'text search',
  slots: ['searching'],
  filled: 3,
  arbitrary: fc.record({
    schema,
    carried: carried.map((each) => ({ ...each, grants: [] })),
    stop: flag(5),
    mapped: flag(5),
    dictionary: oneOf('simple', 'english_stem'),
  }),
  pieces(slot, { schema, carried, stop, mapped, dictionary }) {
    const name = qualified(schema, slot);
    const tokens = mapped ? 'asciiword, word' : 'asciiword';
    return [
      piece(
        'function',
        `create text search dictionary ${name} (template = simple${stop ? ', stopwords = english' : ''})`,
      ),
      piece('function', `create text search configuration ${name} (parser = pg_catalog."default")`),
      piece(
        'function',
        `alter text search configuration ${name} add mapping for ${tokens} with ${name}, ${dictionary}`,
      ),
      ...carriedPieces(carried, 'text search configuration', name),
    ];
  },
};

export const foreign: Family<{
  schema: string;
  carried: Carried;
  wide: boolean;
  version: string | null;
  option: string | null;
}> = {
  name: 'foreign',
  slots: ['far_away'],
  filled: 2,
  arbitrary: fc.record({
    schema,
    carried,
    wide: flag(5),
    version: sometimes(oneOf('1', '2')),
    option: sometimes(oneOf('x', 'y')),
  }),
  pieces(slot, { schema, carried, wide, version, option }, world) {
    const name = qualified(schema, slot);
    const state = nameIn(world, 'enum', 'state');
    const clauses = [
      'id integer',
      ...(wide ? [`said text not null default 'x'`] : []),
      ...(state === undefined ? [] : [`state ${state}`]),
    ];
    return [
      piece('schema', `create foreign data wrapper ${slot}_wrapper`),
      piece(
        'schema',
        `create server ${slot}_server${version === null ? '' : ` version '${version}'`} foreign data wrapper ${slot}_wrapper`,
      ),
      piece(
        'table',
        `create foreign table ${name}`,
        clauses,
        ` server ${slot}_server${option === null ? '' : ` options (path '${option}')`}`,
      ),
      ...carriedPieces(carried, 'foreign table', name, 'select'),
    ];
  },
};

export const eventTrigger: Family<{ tag: string; disabled: boolean }> = {
  name: 'event trigger',
  slots: ['watching'],
  filled: 1,
  arbitrary: fc.record({ tag: oneOf('CREATE TABLE', 'DROP TABLE'), disabled: flag(3) }),
  pieces: (slot, { tag, disabled }) => [
    piece(
      'function',
      `create function public.${slot}() returns event_trigger language plpgsql as $$ begin null; end $$`,
    ),
    piece(
      'carried',
      `create event trigger ${slot} on ddl_command_end when tag in ('${tag}') execute function public.${slot}()`,
    ),
    ...(disabled ? [piece('default privilege', `alter event trigger ${slot} disable`)] : []),
  ],
};
