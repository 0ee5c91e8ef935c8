/** Triggers, policies and rules. */
import fc from 'fast-check';
import { identifier, qualified } from '../../../src/sql/quote.ts';
import { carried, comment, flag, oneOf, rarely, roles, schema, someOf, sometimes } from './common.ts';
import { condition } from './expression.ts';
import { carriedPieces, nameIn, piece, type Carried, type Family } from './family.ts';
import { isPartitionedSlot, tableAt, tablesAndPartitioned } from './relation.ts';
import { tableSlots } from './table.ts';

export const triggerFunction: Family<{ schema: string; carried: Carried; body: number }> = {
  name: 'trigger function',
  slots: ['touch'],
  filled: 8,
  arbitrary: fc.record({ schema, carried, body: fc.nat(1) }),
  pieces(slot, { schema, carried, body }) {
    const name = qualified(schema, slot);
    const text = ['begin return new; end', 'begin return coalesce(new, old); end'][body]!;
    return [
      piece('function', `create function ${name}() returns trigger language plpgsql as $$ ${text} $$`),
      ...carriedPieces(carried, 'function', `${name}()`, 'execute'),
    ];
  },
};

export const trigger: Family<{
  table: string;
  timing: string;
  events: string[];
  perRow: boolean;
  when: boolean;
  of: boolean;
  constraint: boolean;
  enabled: string | null;
  transition: boolean;
  comment: string | null;
}> = {
  name: 'trigger',
  slots: ['on_change', 'On change'],
  filled: 6,
  arbitrary: fc.record({
    table: oneOf(...tablesAndPartitioned),
    timing: oneOf('before', 'after'),
    events: someOf('insert', 'update', 'delete'),
    perRow: flag(6),
    when: flag(2),
    of: flag(3),
    constraint: flag(1),
    enabled: rarely(oneOf('disable', 'enable always')),
    transition: flag(1),
    comment: rarely(comment),
  }),
  pieces(slot, value, world) {
    const on = tableAt(value.table, world);
    const calls = nameIn(world, 'trigger function', 'touch');
    if (on === undefined || calls === undefined) return [];
    const { constraint, timing, perRow, when, of, transition, enabled, comment } = value;
    const events = value.events.map((event) =>
      event === 'update' && of && on.columns.has('n1') ? 'update of n1' : event,
    );
    const name = identifier(slot);
    const isPartitioned = isPartitionedSlot(value.table);
    const referencing = transition && !perRow && !constraint && timing === 'after' && events.length === 1;
    const tables = events[0] === 'delete' ? 'old table as gone' : 'new table as came';
    const sql = [
      `create ${constraint ? 'constraint ' : ''}trigger ${name}`,
      `${constraint ? 'after' : timing} ${events.join(' or ')} on ${on.name}`,
      ...(constraint ? ['deferrable initially deferred'] : []),
      ...(referencing && !events[0]!.includes(' of ') ? [`referencing ${tables}`] : []),
      `for each ${perRow || constraint ? 'row' : 'statement'}`,
      ...(when && events.join() === 'insert' && (perRow || constraint) && on.columns.has('n1')
        ? ['when (new.n1 > 0)']
        : []),
      `execute function ${calls}()`,
    ].join(' ');
    return [
      piece('trigger', sql),
      ...(enabled === null || isPartitioned
        ? []
        : [piece('trigger', `alter table ${on.name} ${enabled} trigger ${name}`)]),
      ...(comment === null || isPartitioned
        ? []
        : [piece('carried', `comment on trigger ${name} on ${on.name} is 'fires'`)]),
    ];
  },
};

export const policy: Family<{
  table: string;
  command: string;
  restrictive: boolean;
  roles: string[] | null;
  using: number | null;
  check: number | null;
  reads: boolean;
}> = {
  name: 'policy',
  slots: ['own_rows', 'Odd policy'],
  filled: 6,
  arbitrary: fc.record({
    table: oneOf(...tablesAndPartitioned),
    command: oneOf('all', 'all', 'select', 'insert', 'update', 'delete'),
    restrictive: flag(2),
    roles: sometimes(someOf<string>(...roles), 4),
    using: sometimes(fc.nat(8), 8),
    check: sometimes(fc.nat(8), 4),
    reads: flag(2),
  }),
  pieces(slot, { table, command, restrictive, roles, using, check, reads }, world) {
    const on = tableAt(table, world);
    if (on === undefined) return [];
    const rows = nameIn(world, 'table function', 'other_rows');
    const sees =
      using === null || command === 'insert'
        ? undefined
        : reads && rows !== undefined
          ? `exists (select from ${rows}())`
          : condition(using, on.columns, world);
    const takes =
      check === null || command === 'select' || command === 'delete'
        ? undefined
        : condition(check, on.columns, world);
    return [
      piece(
        'trigger',
        [
          `create policy ${identifier(slot)} on ${on.name}`,
          ...(restrictive ? ['as restrictive'] : []),
          `for ${command}`,
          ...(roles === null ? [] : [`to ${roles.join(', ')}`]),
          ...(sees === undefined ? [] : [`using (${sees})`]),
          ...(takes === undefined ? [] : [`with check (${takes})`]),
        ].join(' '),
      ),
    ];
  },
};

export const rule: Family<{ table: string; event: string; also: string | null; disabled: boolean }> = {
  name: 'rule',
  slots: ['instead_of'],
  filled: 3,
  arbitrary: fc.record({
    table: oneOf(...tableSlots),
    event: oneOf('insert', 'update', 'delete'),
    also: sometimes(oneOf(...tableSlots), 5),
    disabled: flag(1),
  }),
  pieces(slot, { table, event, also, disabled }, world) {
    const on = tableAt(table, world);
    if (on === undefined) return [];
    const other = also === null || also === table ? undefined : tableAt(also, world);
    const act = other === undefined ? 'instead nothing' : `also delete from ${other.name} where false`;
    return [
      piece('trigger', `create rule ${slot} as on ${event} to ${on.name} do ${act}`),
      ...(disabled ? [piece('trigger', `alter table ${on.name} disable rule ${slot}`)] : []),
    ];
  },
};
