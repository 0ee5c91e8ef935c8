/**
 * REVOKE that takes effect, and takes nothing besides. A REVOKE by the owner or a superuser takes away only what the
 * owner granted: what a holder of the grant option has passed on, that holder must take back. What the grantee has
 * passed on goes first, item by item, and never by CASCADE: who is to keep it gets it of the owner before.
 */
import { type GrantEntry, givenOf } from '../../access/acl.ts';
import { wholeOf } from '../../model/catalog.ts';
import type { Entry } from '../../model/entry.ts';
import { type GrantId, type Key, type ObjectId, isRelation, keyOf, schemaOf } from '../../model/id.ts';
import { columnGrantsOn } from './column-grants.ts';
import { identifier } from '../../../sql/quote.ts';
import { sqlToAlter, sqlToCreate, sqlToDrop } from '../fix.ts';
import { groupBy } from '../group-by.ts';
import type { LiveInput } from '../input.ts';
import { severityFor } from './who.ts';

/** @returns the statements that take these grants away, whoever made them. */
export function revoke(input: LiveInput, grants: readonly GrantEntry[]): string[] {
  const plan = new Revocation(input);
  for (const each of grants) plan.take(each);
  return plan.statements();
}

/** @returns the statements that leave the privilege and take the right to pass it on, with what was passed on by it. */
export function revokeGrantOption(input: LiveInput, grants: readonly GrantEntry[]): string[] {
  const plan = new Revocation(input);
  for (const each of grants) plan.takeOption(each);
  return plan.statements();
}

/** @returns what the holder of a grant option has passed on: of a table's, on its columns too. */
export function passedOn({ live, access }: LiveInput, { id, attrs }: GrantEntry): GrantEntry[] {
  if (!attrs.grantable) return [];
  const others = [
    ...(access.aclOf(id.on).get(id.privilege)?.values() ?? []),
    ...(isRelation(id.on)
      ? columnGrantsOn(live, id.on).filter((each) => each.id.privilege === id.privilege)
      : []),
  ];
  return others.filter(
    (other) =>
      other.id.to !== id.to && givenOf(other, access.ownerOf(id.on)).some(({ grantor }) => grantor === id.to),
  );
}

interface Step {
  readonly verb: 'revoke' | 'revoke option';
  readonly by: string;
  readonly entry: GrantEntry;
  /** How many had it before the grantee: what is furthest from the owner goes first. */
  readonly depth: number;
}

class Revocation {
  readonly #input: LiveInput;
  /** What is to be held of the owner, before what a grantee passed on goes. */
  readonly #kept = new Map<Key, Entry>();
  readonly #steps = new Map<string, Step>();

  constructor(input: LiveInput) {
    this.#input = input;
  }

  take(entry: GrantEntry): void {
    this.#passedOnBy(entry, 1);
    for (const { grantor } of this.#givenOf(entry)) this.#step('revoke', grantor, entry, 0);
  }

  takeOption(entry: GrantEntry): void {
    this.#passedOnBy(entry, 1);
    for (const { grantor, grantable } of this.#givenOf(entry))
      if (grantable) this.#step('revoke option', grantor, entry, 0);
  }

  #passedOnBy(holder: GrantEntry, depth: number): void {
    for (const other of passedOn(this.#input, holder)) {
      const given = this.#givenOf(other);
      const own = given.find(({ grantor }) => grantor === holder.id.to);
      if (own === undefined || this.#steps.has(stepKey('revoke', holder.id.to, other))) continue;
      this.#step('revoke', holder.id.to, other, depth);
      // What it passes on in its turn hangs on this one, unless it may by another.
      if (own.grantable && !given.some((each) => each !== own && each.grantable))
        this.#passedOnBy(other, depth + 1);
      const wanted = this.#input.expected.get(keyOf(other.id))?.entry;
      if (wanted !== undefined && given.length === 1) this.#kept.set(keyOf(other.id), wanted);
    }
  }

  #givenOf(entry: GrantEntry) {
    return givenOf(entry, this.#input.access.ownerOf(entry.id.on));
  }

  #step(verb: Step['verb'], by: string, entry: GrantEntry, depth: number): void {
    const key = stepKey(verb, by, entry);
    if (!this.#steps.has(key)) this.#steps.set(key, { verb, by, entry, depth });
  }

  statements(): string[] {
    const { live, access } = this.#input;
    const steps = [...this.#steps.values()].sort((a, b) => b.depth - a.depth);
    const taken = groupBy(steps, ({ verb, by, entry, depth }) =>
      JSON.stringify([depth, verb, by, entry.id.to, keyOf(wholeOf(live, entry.id.on))]),
    ).flatMap((group) => {
      const { verb, by, entry } = group[0]!;
      const entries = group.map((each): Entry<GrantId> => ({
        id: each.entry.id,
        attrs: { ...each.entry.attrs },
      }));
      const sql = verb === 'revoke' ? sqlToDrop(entries, live) : sqlToAlterAll(entries, live);
      return by === '' || by === access.ownerOf(entry.id.on) ? sql : this.#inNameOf(by, entry.id.on, sql);
    });
    return [...sqlToCreate([...this.#kept.values()], live), ...taken];
  }

  /** Who may not use a schema any longer cannot take back what is in it, and may for as long as that takes. */
  #inNameOf(by: string, on: ObjectId, sql: readonly string[]): string[] {
    const { live, access, expected } = this.#input;
    const as = (role: string) => `SET ROLE ${identifier(role)}`;
    const name = schemaOf(on);
    if (name === undefined || on.kind === 'schema') return [as(by), ...sql, 'RESET ROLE'];
    const schema = { kind: 'schema', name } as const;
    const usage: GrantId = { kind: 'grant', on: schema, to: by, privilege: 'usage' };
    const owner = expected.get(keyOf({ kind: 'owner', on: schema }))?.entry.attrs['role'];
    const giver = typeof owner === 'string' ? owner : access.ownerOf(schema);
    // What is missing is given before; what nobody declared may have been taken by then, but of whom we leave alone.
    const stays =
      by === giver ||
      expected.has(keyOf(usage)) ||
      access.isSuperuser(by) ||
      (severityFor(this.#input, by) === undefined && access.holds(by, 'usage', schema));
    if (stays || giver === undefined) return [as(by), ...sql, 'RESET ROLE'];
    const entry: Entry = { id: usage, attrs: { grantable: false } };
    const lent = sqlToCreate([entry], live);
    return [as(giver), ...lent, as(by), ...sql, as(giver), ...sqlToDrop([entry], live), 'RESET ROLE'];
  }
}

const sqlToAlterAll = (entries: readonly Entry[], live: LiveInput['live']): string[] =>
  entries.flatMap((each) => sqlToAlter(each, { id: each.id, attrs: { grantable: false } }, live));

const stepKey = (verb: Step['verb'], by: string, { id }: GrantEntry): string =>
  JSON.stringify([verb, by, keyOf(id)]);
