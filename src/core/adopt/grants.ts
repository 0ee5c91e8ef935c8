/**
 * Privileges as they are, declared in as few words as say just that: a whole domain where all of it is granted alike,
 * by a preset where one fits, else object by object. Each declaration is tried by the same expansion that reads it.
 */
import { privilegesOn, publicPrivileges } from '../kinds/privileges.ts';
import type { GrantDeclaration, GrantTarget, Manifest } from '../manifest/manifest.ts';
import { type DomainObjects, objectsByDomain } from '../manifest/resolve/domain-objects.ts';
import { type GrantScope, carriesGrants, expectGrant, willOwn } from '../manifest/resolve/grants.ts';
import { ownable } from '../manifest/resolve/owners.ts';
import { type Grantable, presetFor } from '../manifest/resolve/presets.ts';
import { type Catalog, entriesOf, find } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import {
  type DefaultPrivilegeId,
  type GrantId,
  type Key,
  type ObjectId,
  isRelation,
  isType,
  keyOf,
} from '../model/id.ts';
import { targetOf } from './owners.ts';

/** @returns the manifest with the grants of its roles and of PUBLIC. What no declaration says is left to SQL. */
export function withGrants(manifest: Manifest, catalog: Catalog, database: string): Manifest {
  const objects = objectsByDomain(manifest, catalog, database, [...manifest.domains.values()]);
  const facts = factsByRole(catalog);
  const declare = (to: string, path: GrantDeclaration['path']) => {
    const held = holdings(to, facts.get(to) ?? new Map(), { catalog, objects });
    for (const each of objects.values()) {
      declareWhole(each, held);
      declareSingle(each, held);
    }
    return merged(held.declared).map((each, at) => ({ ...each, path: [...path, at] }));
  };
  const roles = [...manifest.roles].map(
    ([name, role]) => [name, { ...role, grants: declare(name, [...role.path, 'grants']) }] as const,
  );
  return { ...manifest, roles: new Map(roles), public: declare('public', ['public']) };
}

type Fact = Entry<GrantId | DefaultPrivilegeId>;
type Facts = ReadonlyMap<Key, Fact>;
type Options = Pick<GrantDeclaration, 'future' | 'grantOption' | 'exact'>;

function factsByRole(catalog: Catalog): ReadonlyMap<string, Facts> {
  const facts = new Map<string, Map<Key, Fact>>();
  for (const entry of [...entriesOf(catalog, 'grant'), ...entriesOf(catalog, 'default-privilege')]) {
    const ofRole = facts.get(entry.id.to) ?? new Map<Key, Fact>();
    facts.set(entry.id.to, ofRole);
    ofRole.set(keyOf(entry.id), entry);
  }
  return facts;
}

/** What one role, or PUBLIC, holds; and what has been declared of it so far. */
interface Holdings {
  readonly to: string;
  readonly catalog: Catalog;
  readonly grantOptions: readonly boolean[];
  readonly declared: GrantDeclaration[];
  /** What no declaration says yet. */
  readonly left: ReadonlyMap<Key, Fact>;
  /** @returns the privileges on an object, with the grant option or without. */
  on(object: ObjectId, grantOption: boolean): readonly string[];
  /** Declares a grant if it says nothing but the truth, and something new. @returns whether it does. */
  declare(target: GrantTarget, privileges: readonly string[], options: Options): boolean;
}

function holdings(to: string, facts: Facts, scope: GrantScope): Holdings {
  const { catalog } = scope;
  const left = new Map([...facts].filter(([, { id }]) => !isUnasked(id, catalog)));
  const byObject = new Map<string, string[]>();
  for (const { id, attrs } of facts.values()) {
    if (id.kind !== 'grant') continue;
    const name = `${attrs['grantable'] === true} ${keyOf(id.on)}`;
    const privileges = byObject.get(name) ?? [];
    byObject.set(name, privileges);
    privileges.push(id.privilege);
  }
  const declared: GrantDeclaration[] = [];
  return {
    to,
    catalog,
    grantOptions: to === 'public' ? [false] : [false, true],
    declared,
    left,
    on: (object, grantOption) => byObject.get(`${grantOption} ${keyOf(object)}`) ?? [],
    declare: (target, privileges, options) => {
      const grant: GrantDeclaration = { targets: [target], privileges, ...options, path: [] };
      const wanted = [...expectGrant(scope, grant, to)].map(({ entry }) => entry);
      const isTrue = wanted.every(({ id, attrs }) => {
        const held = facts.get(keyOf(id))?.attrs['grantable'];
        // USAGE that comes along may be more than that: passing it on is told by itself.
        return (
          held === attrs['grantable'] || (held === true && id.kind === 'grant' && id.on.kind === 'schema')
        );
      });
      const news = wanted.filter(
        ({ id, attrs }) => left.get(keyOf(id))?.attrs['grantable'] === attrs['grantable'],
      );
      if (!isTrue || news.length === 0) return false;
      for (const { id } of news) left.delete(keyOf(id));
      declared.push(grant);
      return true;
    },
  };
}

/** What comes without a GRANT: an owner's own, what PUBLIC has of every function and type, USAGE on `public`. */
function isUnasked(id: Fact['id'], catalog: Catalog): boolean {
  if (id.kind === 'default-privilege') return id.role === id.to;
  if (id.to !== 'public') return find(catalog, { kind: 'owner', on: id.on })?.attrs['role'] === id.to;
  if (id.on.kind === 'schema') return id.on.name === 'public' && id.privilege === 'usage';
  return publicPrivileges(id.on.kind).includes(id.privilege);
}

/** One declaration for all tables of the domain, and for all objects of a class, in the strongest form that is true. */
function declareWhole(objects: DomainObjects, held: Holdings): void {
  const { domain, relations, functions, types, sequences } = objects;
  const { catalog } = held;
  const name = domain.name;
  const tables = relations.filter((relation) => carriesGrants(catalog, domain, relation));
  const classes = [
    ['tables', 'table', tables],
    ['sequences', 'sequence', [...sequences, ...identitiesFor(objects, held)]],
    ['functions', 'function', functions],
    ['types', 'enum', types],
  ] as const;
  for (const grantOption of held.grantOptions)
    for (const [kind, grantable, all] of classes) {
      const privileges = common(all, held, grantOption);
      if (privileges.length === 0) continue;
      const words = wordsFor(grantable, privileges, catalog.serverVersion);
      const targets: GrantTarget[] = [
        ...(kind === 'tables' ? [{ kind: 'domain' as const, domain: name }] : []),
        { kind, domain: name },
      ];
      const forms = [
        ...targets.flatMap((target) => [true, false].map((future) => ({ target, future, exact: false }))),
        { target: targets.at(-1)!, future: false, exact: true },
      ];
      // Of one object one speaks by its name, unless those to come are meant too.
      forms.some(
        ({ target, future, exact }) =>
          (all.length > 1 || (future && domain.owner !== undefined)) &&
          held.declare(target, words, { future, grantOption, exact }),
      );
    }
}

/** @returns the sequences of identity columns, without those of tables that are the role's own. */
const identitiesFor = (objects: DomainObjects, { catalog, to }: Holdings): ObjectId[] =>
  objects.identities().flatMap((each) => (willOwn(catalog, objects, each) === to ? [] : [each.sequence]));

/** @returns the privileges that are held on every one of the objects, in the manual's order. */
function common(all: readonly ObjectId[], held: Holdings, grantOption: boolean): readonly string[] {
  const [first, ...others] = all;
  if (first === undefined) return [];
  return privilegesOn(first.kind, held.catalog.serverVersion).filter((privilege) =>
    [first, ...others].every((each) => held.on(each, grantOption).includes(privilege)),
  );
}

/** What is left, object by object; columns of one relation together. */
function declareSingle(objects: DomainObjects, held: Holdings): void {
  const { domain } = objects;
  const { catalog } = held;
  const byObject = new Map<string, { on: ObjectId; grantOption: boolean; privileges: string[] }>();
  for (const { id, attrs } of held.left.values()) {
    if (id.kind !== 'grant') continue;
    const grantOption = attrs['grantable'] === true;
    const name = `${grantOption} ${keyOf(id.on)}`;
    const item = byObject.get(name) ?? { on: id.on, grantOption, privileges: [] };
    byObject.set(name, item);
    item.privileges.push(id.privilege);
  }
  const declare = (
    target: GrantTarget,
    kind: Grantable,
    privileges: readonly string[],
    grantOption: boolean,
  ) => {
    const words = wordsFor(kind, privileges, catalog.serverVersion);
    for (const exact of target.kind === 'schema' ? [false] : [false, true])
      if (held.declare(target, words, { future: false, grantOption, exact })) return;
  };
  for (const on of [...ownable(objects), ...identitiesFor(objects, held)])
    for (const grantOption of held.grantOptions) {
      const privileges = byObject.get(`${grantOption} ${keyOf(on)}`)?.privileges;
      const target = targetOf(domain.name, on);
      if (privileges !== undefined && target !== undefined)
        declare(target, grantableOf(on), privileges, grantOption);
    }
  const names = new Set(objects.relations.map(({ name }) => name));
  const columns = new Map<
    string,
    { table: string; names: string[]; privileges: string[]; grantOption: boolean }
  >();
  for (const { on, grantOption, privileges } of byObject.values()) {
    if (on.kind !== 'column' || on.schema !== domain.schema || !names.has(on.table)) continue;
    const key = JSON.stringify([on.table, grantOption, privileges.toSorted()]);
    const item = columns.get(key) ?? { table: on.table, names: [], privileges, grantOption };
    columns.set(key, item);
    item.names.push(on.name);
  }
  for (const { table, names: list, privileges, grantOption } of columns.values())
    declare(
      { kind: 'columns', domain: domain.name, table, columns: list },
      'column',
      privileges,
      grantOption,
    );
}

function grantableOf(on: ObjectId): Grantable {
  if (isRelation(on)) return 'table';
  if (isType(on)) return 'enum';
  if (on.kind === 'schema' || on.kind === 'sequence') return on.kind;
  return 'function';
}

/** @returns the preset that means just these privileges, else their names. Of a single one, only a table's has a preset. */
function wordsFor(kind: Grantable, privileges: readonly string[], serverVersion: number): readonly string[] {
  const preset =
    privileges.length > 1 || kind === 'table' ? presetFor(kind, privileges, serverVersion) : undefined;
  return preset === undefined ? privileges : [preset];
}

/** What is granted alike stands in one declaration. */
function merged(declared: readonly GrantDeclaration[]): GrantDeclaration[] {
  const alike = new Map<string, GrantDeclaration>();
  for (const each of declared) {
    const { targets, privileges, future, grantOption, exact } = each;
    const key = JSON.stringify([privileges, future, grantOption, exact]);
    const before = alike.get(key);
    alike.set(key, before === undefined ? each : { ...before, targets: [...before.targets, ...targets] });
  }
  return [...alike.values()];
}
