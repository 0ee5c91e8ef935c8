/**
 * Subscriptions, as pg_dump has them: made without connecting, and not enabled. Whether one runs, and how far it has
 * come, is no part of a schema. Its connection is kept without any password.
 */
import { identifier, literal } from '../../sql/quote.ts';
import { equal } from '../diff/diff.ts';
import { type Key, type SubscriptionId, keyOf } from '../model/id.ts';
import { draft, type Kind } from './kind.ts';

export type SubscriptionAttributes = {
  /** Without its password. */
  readonly connection: string;
  /** In the order in which they were named. */
  readonly publications: readonly string[];
  /** null: NONE. */
  readonly slot: string | null;
  /** By name, as SET takes them; what the server's version does not know is not there. */
  readonly options: { readonly [name: string]: string };
};

/** What CREATE SUBSCRIPTION makes when told nothing; streaming's default is another from 18 on, so it is always said. */
const usual: SubscriptionAttributes['options'] = {
  binary: 'false',
  two_phase: 'false',
  disable_on_error: 'false',
  synchronous_commit: 'off',
  origin: 'any',
  run_as_owner: 'false',
  password_required: 'true',
  failover: 'false',
};

const slotName = (slot: string | null) => `slot_name = ${slot === null ? 'NONE' : literal(slot)}`;
const changed = (before: SubscriptionAttributes['options'], after: SubscriptionAttributes['options']) =>
  Object.keys(after)
    .filter((name) => after[name] !== before[name])
    .sort()
    .map((name) => `${name} = ${literal(after[name]!)}`);
const list = (names: readonly string[]) => names.map(identifier).join(', ');

export const subscription: Kind<SubscriptionId, SubscriptionAttributes> = {
  name: 'subscription',
  rank: 82,
  references: () => [],
  create({ id, attrs }) {
    const options = ['connect = false', slotName(attrs.slot), ...changed(usual, attrs.options)];
    return [
      draft(
        `CREATE SUBSCRIPTION ${identifier(id.name)} CONNECTION ${literal(attrs.connection)}\n  PUBLICATION ${list(attrs.publications)}\n  WITH (${options.join(', ')})`,
        { produces: [keyOf(id)] },
      ),
    ];
  },
  /** Without its slot it can go within a transaction, and without the publisher: the slot stays there. */
  drop({ id, attrs }) {
    const name = identifier(id.name);
    const step = (at: number) => `turn ${at} of letting ${keyOf(id)} go` as Key;
    const left =
      attrs.slot === null ? '' : `; its slot ${attrs.slot} stays on the publisher, and keeps WAL there`;
    return [
      draft(`ALTER SUBSCRIPTION ${name} DISABLE`, { produces: [step(0)] }),
      draft(`ALTER SUBSCRIPTION ${name} SET (slot_name = NONE)`, {
        requires: [step(0)],
        produces: [step(1)],
      }),
      draft(`DROP SUBSCRIPTION ${name}`, {
        requires: [step(1)],
        destroys: [keyOf(id)],
        hazards: [
          {
            name: 'data-loss',
            object: name,
            detail: `forgets how far it has come with its publisher${left}`,
          },
        ],
      }),
    ];
  },
  alter(changes, before, { id, attrs }) {
    const of = (attr: string) => changes.some((change) => change.attr === attr);
    const differs = (name: string) => before.attrs.options[name] !== attrs.options[name];
    // To change these the server asks the publisher, which no shadow can reach.
    if (differs('two_phase') || differs('failover')) return 'replace';
    const alter = (action: string) =>
      draft(`ALTER SUBSCRIPTION ${identifier(id.name)} ${action}`, { produces: [keyOf(id)] });
    const options = [
      ...(of('slot') ? [slotName(attrs.slot)] : []),
      ...(equal(before.attrs.options, attrs.options) ? [] : changed(before.attrs.options, attrs.options)),
    ];
    return [
      ...(of('connection') ? [alter(`CONNECTION ${literal(attrs.connection)}`)] : []),
      ...(of('publications')
        ? [alter(`SET PUBLICATION ${list(attrs.publications)} WITH (refresh = false)`)]
        : []),
      ...(options.length === 0 ? [] : [alter(`SET (${options.join(', ')})`)]),
    ];
  },
};
