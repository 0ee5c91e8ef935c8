/** `OPTIONS (…)` of foreign data wrappers, servers, user mappings, foreign tables and their columns. */
import { identifier, literal } from '../../sql/quote.ts';
import type { Hazard } from '../model/statement.ts';

export type ForeignOption = {
  readonly name: string;
  /** null: a secret, which no catalog keeps, or the empty value that holds the place of one. That there is one is a fact; what it is, is not compared. */
  readonly value: string | null;
};

const written = ({ name, value }: ForeignOption) => `${identifier(name)} ${literal(value ?? '')}`;

/** @returns ` OPTIONS (…)`, or nothing where there are none. A secret's place is kept by an empty value. */
export function optionsClause(options: readonly ForeignOption[]): string {
  return options.length === 0 ? '' : ` OPTIONS (${options.map(written).join(', ')})`;
}

/** @returns ` OPTIONS (ADD …, SET …, DROP …)`, or nothing where the lists are the same. */
export function optionChanges(before: readonly ForeignOption[], after: readonly ForeignOption[]): string {
  const old = new Map(before.map(({ name, value }) => [name, value]));
  const kept = new Set(after.map(({ name }) => name));
  const actions = [
    ...before.filter(({ name }) => !kept.has(name)).map(({ name }) => `DROP ${identifier(name)}`),
    ...after
      .filter(({ name, value }) => old.get(name) !== value)
      .map((option) => `${old.has(option.name) ? 'SET' : 'ADD'} ${written(option)}`),
  ];
  return actions.length === 0 ? '' : ` OPTIONS (${actions.join(', ')})`;
}

/** @returns what a change does to secrets: their values are in no plan. `object` as after ALTER: `SERVER files`. */
export function secretHazards(
  object: string,
  before: readonly ForeignOption[],
  after: readonly ForeignOption[],
): Hazard[] {
  const old = new Map(before.map(({ name, value }) => [name, value]));
  const now = new Map(after.map(({ name, value }) => [name, value]));
  return [
    ...after
      .filter(({ name, value }) => value === null && old.get(name) !== null)
      .map(({ name }): Hazard => {
        const help = `give it out of band: ALTER ${object} OPTIONS (SET ${identifier(name)} …)`;
        return { name: 'access-change', object, detail: `leaves the secret ${name} empty; ${help}` };
      }),
    ...before
      .filter(({ name, value }) => value === null && now.get(name) !== null)
      .map(({ name }): Hazard => ({
        name: 'data-loss',
        object,
        detail: `takes the secret ${name} away, which is kept nowhere else`,
      })),
  ];
}
