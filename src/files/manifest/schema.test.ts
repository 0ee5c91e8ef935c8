/** The manifest's schema and the report's: that editors can explain every key, and that a fault is one error. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import manifestSchema from '../../../schemas/manifest.schema.json' with { type: 'json' };
import reportSchema from '../../../schemas/report.schema.json' with { type: 'json' };
import { parseInterval } from '../../core/manifest/interval.ts';
import { channels, crossingKinds, type Manifest, presets } from '../../core/manifest/manifest.ts';
import { lockModes } from '../../core/model/statement.ts';
import { normalise } from './normalise.ts';
import { schemaProblems } from './schema-problems.ts';

interface Schema {
  readonly $id?: string;
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly unevaluatedProperties?: boolean;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly $defs?: Readonly<Record<string, Schema>>;
}
const schemas = { manifest: manifestSchema as Schema, report: reportSchema as Schema };
const root = join(import.meta.dirname, '../../..');

const strict = () => new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
const validateManifest = strict().compile(schemas.manifest);
const errorsOf = (data: unknown) => {
  validateManifest(data);
  return (validateManifest.errors ?? []).map(
    ({ instancePath, keyword, message }) => `${instancePath} ${keyword}: ${message}`,
  );
};

/** A schema within a schema, by its JSON pointer. */
interface Place {
  readonly pointer: string;
  readonly schema: Schema;
  readonly isProperty: boolean;
}
function* walk(schema: Schema, pointer = '', isProperty = false): Generator<Place> {
  yield { pointer, schema, isProperty };
  const escaped = (name: string) => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
  for (const [name, each] of Object.entries(schema.properties ?? {}))
    yield* walk(each, `${pointer}/properties/${escaped(name)}`, true);
  for (const [name, each] of Object.entries(schema.$defs ?? {}))
    yield* walk(each, `${pointer}/$defs/${escaped(name)}`);
  if (typeof schema.additionalProperties === 'object')
    yield* walk(schema.additionalProperties, `${pointer}/additionalProperties`);
  if (schema.items !== undefined) yield* walk(schema.items, `${pointer}/items`);
}
const places = (schema: Schema) => [...walk(schema)];
const properties = (schema: Schema) => places(schema).filter(({ isProperty }) => isProperty);
const pointers = (found: readonly Place[]) => found.map(({ pointer }) => pointer);
const defs = (schema: Schema, name: string): Schema => schema.$defs![name]!;

describe.each(Object.entries(schemas))('the schema of the %s', (_name, schema) => {
  it('compiles strictly', () => {
    expect(() => strict().compile(schema)).not.toThrow();
  });

  it('is walked as a whole', () => {
    const everywhere = JSON.stringify(schema).match(/"(properties)":/g)!.length;
    const conditions = JSON.stringify(schema).match(/"if":\{"properties":/g)?.length ?? 0;
    const walked = places(schema).filter((place) => place.schema.properties !== undefined);
    expect(walked).toHaveLength(everywhere - conditions);
  });

  it('lets no unknown key in, anywhere', () => {
    const open = places(schema).filter(({ schema: { type, ...each } }) => {
      if (type !== 'object' && !(Array.isArray(type) && type.includes('object'))) return false;
      // The keys of a map are names, each of which has something.
      const isMap = each.properties === undefined && each.propertyNames?.description !== undefined;
      if (typeof each.additionalProperties === 'object') return !isMap;
      // Where each condition closes the shape itself.
      if (each.unevaluatedProperties === false) return false;
      // What one of the conditions of `on` closes has no properties of its own.
      if (Object.hasOwn(each, 'if') && each.properties === undefined) return false;
      return each.additionalProperties !== false;
    });
    expect(pointers(open)).toEqual([]);
  });

  it('describes every property', () => {
    const mute = properties(schema).filter(
      ({ schema: { description } }) => description?.endsWith('.') !== true,
    );
    expect(pointers(mute)).toEqual([]);
  });

  it('requires only properties that there are', () => {
    for (const { schema: each } of places(schema))
      for (const key of each.required ?? []) expect(Object.keys(each.properties ?? {})).toContain(key);
  });

  it('gives examples and defaults that it accepts itself', () => {
    const ajv = strict();
    ajv.addSchema(schema);
    for (const { pointer, schema: each } of places(schema)) {
      const values = [...(each.examples ?? []), ...(each.default === undefined ? [] : [each.default])];
      if (values.length === 0) continue;
      const validate = ajv.compile({ $ref: `${schema.$id}#${pointer}` });
      for (const value of values)
        expect(
          validate(value),
          `${pointer}: ${JSON.stringify(value)} ${ajv.errorsText(validate.errors)}`,
        ).toBe(true);
    }
  });
});

describe('what an editor shows of the manifest', () => {
  it('a title and an example for every property', () => {
    const poor = properties(schemas.manifest).filter(
      ({ schema: { title, examples, $ref } }) =>
        ((title ?? '') === '' || (examples ?? []).length === 0) &&
        // The policy has them, for all channels.
        $ref !== '#/$defs/boundaryPolicy',
    );
    expect(pointers(poor)).toEqual([]);
  });

  it('the same lists as the code', () => {
    const { properties: boundaries } = schemas.manifest.properties!['boundaries']!;
    expect(Object.keys(boundaries!)).toEqual(channels);
    expect(defs(schemas.manifest, 'crossing').properties!['as']!.enum).toEqual(crossingKinds);
    expect(defs(schemas.manifest, 'grant').properties!['privileges']!.examples).toEqual(
      expect.arrayContaining([...presets]),
    );
    expect(JSON.stringify(schemas.report)).toContain(JSON.stringify(lockModes));
  });

  it('the defaults that the reader fills in', () => {
    const manifest = readWith({
      domains: { d: { partitions: { t: { by: 'at' } } } },
      roles: { r: { grants: [{ on: 'd', privileges: 'read' }], memberOf: ['x'] } },
    });
    const domain = manifest.domains.get('d')!;
    const role = manifest.roles.get('r')!;
    const read: [string, object][] = [
      ['domain', domain],
      ['role', { ...role, grants: [], memberOf: [] }],
      ['grant', role.grants[0]!],
      ['membership', role.memberOf[0]!],
    ];
    for (const [name, filled] of read) expect(filled).toMatchObject(defaultsOf(defs(schemas.manifest, name)));
    const { every, ...set } = defaultsOf(defs(schemas.manifest, 'partitionSet'));
    expect(domain.partitions[0]).toMatchObject({ ...set, every: parseInterval(String(every)) });
    expect(manifest.migrations).toBe(schemas.manifest.properties!['migrations']!.default);
    expect(manifest.online).toBe(schemas.manifest.properties!['online']!.default);
    expect(manifest.unmanaged.otherRoles).toBe(
      schemas.manifest.properties!['unmanaged']!.properties!['otherRoles']!.default,
    );
    const policy = defs(schemas.manifest, 'boundaryPolicy').default;
    expect(new Set(Object.values(manifest.boundaries))).toEqual(new Set([policy]));
  });
});

function defaultsOf({ properties }: Schema): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties!).flatMap(([name, each]) =>
      each.default === undefined ? [] : [[name, each.default]],
    ),
  );
}

function readWith(data: object): Manifest {
  return normalise(
    { version: 1, name: 'test', ...data },
    () => '/',
    (path, message) => {
      throw new Error(`${path.join('.')}: ${message}`);
    },
  );
}

describe('manifests that are right', () => {
  const files = globSync(
    ['dbctl.yaml', 'domains/*/domain.yaml', 'fixtures/rules/*/*/dbctl.yaml', 'fixtures/seeds/*/dbctl.yaml'],
    { cwd: root },
  ).sort();

  it('are found', () => {
    expect(files.length).toBeGreaterThan(9);
  });

  it.each(files)('%s', (file) => {
    expect(errorsOf(parse(readFileSync(join(root, file), 'utf8')))).toEqual([]);
  });

  it('the example of the design', () => {
    expect(errorsOf(parse(design))).toEqual([]);
  });

  it('every form that a value may have', () => {
    expect(errorsOf(parse(everyForm))).toEqual([]);
  });

  it('an empty file, and one that only includes others', () => {
    expect(errorsOf({})).toEqual([]);
    expect(errorsOf({ version: 1, include: ['a.yaml'] })).toEqual([]);
  });
});

describe('a fault is one error, at its place', () => {
  it.each([
    ['grnats: []', ' additionalProperties'],
    ['version: 2', '/version const'],
    ["version: '1'", '/version const'],
    ['name: 5', '/name type'],
    ["name: ''", '/name minLength'],
    ['include: a.yaml', '/include type'],
    ['include: [1]', '/include/0 type'],
    ['databases: { main: postgres://x }', '/databases/main type'],
    ['databases: { main: { url: 5 } }', '/databases/main/url type'],
    ['databases: { main: { uri: x } }', '/databases/main additionalProperties'],
    ['boundaries: { foreignKeys: forbidden }', '/boundaries/foreignKeys enum'],
    ['boundaries: { foreignkeys: forbid }', '/boundaries additionalProperties'],
    ['domains: [a]', '/domains type'],
    ['domains: { a: text }', '/domains/a type'],
    ['domains: { a: { isolation: schemas } }', '/domains/a/isolation enum'],
    ['domains: { a: { isolation: 1 } }', '/domains/a/isolation enum'],
    ['domains: { a: { sql: 1 } }', '/domains/a/sql type'],
    ['domains: { a: { sql: [1] } }', '/domains/a/sql/0 type'],
    ['domains: { a: { tables: { t: { columns: { id: 1 } } } } }', '/domains/a/tables/t/columns/id type'],
    ['domains: { a: { tables: { t: { columns: { id: } } } } }', '/domains/a/tables/t/columns/id type'],
    ['domains: { a: { tables: { t: { columns: [id] } } } }', '/domains/a/tables/t/columns type'],
    [
      'domains: { a: { tables: { t: { columns: { id: { comment: x } } } } } }',
      '/domains/a/tables/t/columns/id required',
    ],
    ['domains: { a: { tables: { t: { indexes: { i: [id] } } } } }', '/domains/a/tables/t/indexes/i type'],
    ['domains: { a: { crossings: { from: x } } }', '/domains/a/crossings type'],
    ['domains: { a: { crossings: [{ from: x.y, as: view }] } }', '/domains/a/crossings/0 required'],
    ['domains: { a: { crossings: [{ from: x, to: b.y, as: fk }] } }', '/domains/a/crossings/0/as enum'],
    [
      'domains: { a: { crossings: [{ from: x, to: b.y, as: view, until: soon }] } }',
      '/domains/a/crossings/0/until pattern',
    ],
    [
      'domains: { a: { crossings: [{ from: x, to: b.y, as: view, until: 2027 }] } }',
      '/domains/a/crossings/0/until type',
    ],
    [
      'domains: { a: { crossings: [{ from: x, to: b.y, as: foreign-key, onDelete: CASCADE }] } }',
      '/domains/a/crossings/0/onDelete enum',
    ],
    [
      'domains: { a: { references: [{ from: x.y, to: b.z.id, grace: a day }] } }',
      '/domains/a/references/0/grace pattern',
    ],
    ['domains: { a: { partitions: { t: { every: 1 month } } } }', '/domains/a/partitions/t required'],
    [
      'domains: { a: { partitions: { t: { by: at, every: monthly } } } }',
      '/domains/a/partitions/t/every pattern',
    ],
    [
      'domains: { a: { partitions: { t: { by: at, premake: -1 } } } }',
      '/domains/a/partitions/t/premake minimum',
    ],
    [
      'domains: { a: { partitions: { t: { by: at, premake: 1.5 } } } }',
      '/domains/a/partitions/t/premake type',
    ],
    ['domains: { a: { partitions: { t: { by: at, grants: all } } } }', '/domains/a/partitions/t/grants enum'],
    ['domains: { a: { outbox: yes please } }', '/domains/a/outbox type'],
    ['domains: { a: { copies: [{ column: x.y, of: b.z.y, kind: copy }] } }', '/domains/a/copies/0/kind enum'],
    ['roles: { r: { logn: true } }', '/roles/r additionalProperties'],
    ["roles: { r: { login: 'true' } }", '/roles/r/login type'],
    ['roles: { r: { connectionLimit: -2 } }', '/roles/r/connectionLimit minimum'],
    ['roles: { r: { validUntil: next year } }', '/roles/r/validUntil pattern'],
    ['roles: { r: { password: secret } }', '/roles/r/password type'],
    ['roles: { r: { password: {} } }', '/roles/r/password required'],
    ['roles: { r: { memberOf: app } }', '/roles/r/memberOf type'],
    ['roles: { r: { memberOf: [{ admin: true }] } }', '/roles/r/memberOf/0 required'],
    ['roles: { r: { settings: { statement_timeout: [1] } } }', '/roles/r/settings/statement_timeout type'],
    ['roles: { r: { grants: { on: a, privileges: read } } }', '/roles/r/grants type'],
    ['roles: { r: { grants: [{ on: a }] } }', '/roles/r/grants/0 required'],
    ['roles: { r: { grants: [{ on: 5, privileges: read }] } }', '/roles/r/grants/0/on type'],
    ['roles: { r: { grants: [{ on: [], privileges: read }] } }', '/roles/r/grants/0/on minItems'],
    ['roles: { r: { grants: [{ on: [5], privileges: read }] } }', '/roles/r/grants/0/on/0 type'],
    [
      'roles: { r: { grants: [{ on: { tabels: a }, privileges: read }] } }',
      '/roles/r/grants/0/on additionalProperties',
    ],
    [
      'roles: { r: { grants: [{ on: [{ tabels: a }], privileges: read }] } }',
      '/roles/r/grants/0/on/0 additionalProperties',
    ],
    ['roles: { r: { grants: [{ on: {}, privileges: read }] } }', '/roles/r/grants/0/on minProperties'],
    [
      'roles: { r: { grants: [{ on: { tables: a, types: a }, privileges: read }] } }',
      '/roles/r/grants/0/on maxProperties',
    ],
    [
      'roles: { r: { grants: [{ on: { tables: [a] }, privileges: read }] } }',
      '/roles/r/grants/0/on/tables type',
    ],
    [
      'roles: { r: { grants: [{ on: a, privileges: { select: true } }] } }',
      '/roles/r/grants/0/privileges type',
    ],
    ['roles: { r: { grants: [{ on: a, privileges: [] }] } }', '/roles/r/grants/0/privileges minItems'],
    ['public: { on: a, privileges: read }', '/public type'],
    ['unmanaged: { roles: postgres }', '/unmanaged/roles type'],
    ['unmanaged: { otherRoles: warn }', '/unmanaged/otherRoles enum'],
    ['lint: { rules: { boundary/view: fatal } }', '/lint/rules/boundary~1view enum'],
    ['lint: { waivers: [{ rule: a/b, subject: x, owner: me }] }', '/lint/waivers/0 required'],
    ['migrations: [a]', '/migrations type'],
    ['online: maybe', '/online type'],
  ])('%s', (text, expected) => {
    // A condition adds that it was not met; the reader leaves that out, and so do editors.
    const errors = errorsOf(parse(text)).filter((error) => !error.includes(' if:'));
    expect(errors.map((error) => error.split(':', 1)[0]).join(',')).toBe(expected);
    expect(schemaProblems(parse(text), () => undefined)).toHaveLength(expected.split(',').length);
  });

  it.each([
    ['databases: { main: { url: { evn: X } } }', ['databases', 'main', 'url', 'evn']],
    [
      'domains: { a: { crossings: [{ form: x, to: b.y, as: view }] } }',
      ['domains', 'a', 'crossings', 0, 'form'],
    ],
  ])('a required key that is misspelt: %s', (text, path) => {
    expect(schemaProblems(parse(text), () => undefined)).toMatchObject([{ path }]);
  });

  it('a required key that is missing, and another one that nothing resembles', () => {
    const text = 'lint: { waivers: [{ rule: a/b, subject: x, owner: me, colour: red }] }';
    expect(schemaProblems(parse(text), () => undefined)).toHaveLength(2);
  });

  it('a name that is empty', () => {
    const problems = schemaProblems({ roles: { '': null } }, () => undefined);
    expect(problems).toMatchObject([
      {
        path: ['roles', ''],
        part: 'key',
        message: 'a name in `roles` is empty',
        help: 'Give the role a name.',
      },
    ]);
  });
});

it.each(['1 month', '13 months', '7 days', '1day', '24 hours', '1 quarter', '2 years', '01 week'])(
  'a period that the schema accepts can be read: %s',
  (text) => {
    const pattern = new RegExp((defs(schemas.manifest, 'period') as { pattern: string }).pattern);
    expect(text).toMatch(pattern);
    expect(parseInterval(text)).toBeDefined();
  },
);
it.each(['0 months', '1', 'month', '1.5 days', '-1 day', '1 fortnight', '1 month ago', '1000000 days'])(
  'what is no period is refused by the schema and by its reader: %s',
  (text) => {
    const pattern = new RegExp((defs(schemas.manifest, 'period') as { pattern: string }).pattern);
    expect(text).not.toMatch(pattern);
    expect(parseInterval(text)).toBeUndefined();
  },
);

/** DESIGN.md, 3, word for word but for the prose. */
const design = `
version: 1
name: llmproxy
include: [domains/*/domain.yaml]
databases:
  main: { url: "\${DATABASE_URL}" }
boundaries:
  foreignKeys: declared
  views: declared
  functions: forbid
  grants: declared
domains:
  tenants:
    description: Gestion des organisations clientes et leur configuration
    owner: llmproxy_admin
    sql: [tenants/*.sql]
    tables:
      tenants:
        comment: Organisations clientes
        columns:
          id: uuid primary key default gen_random_uuid()
          slug: varchar(100) not null unique
          settings: jsonb not null default '{}'
        constraints: { tenants_status_check: "check (status in ('active','suspended'))" }
        indexes: { idx_tenants_created: (created_at) }
  auth:
    crossings:
      - { from: users.tenant_id, to: tenants.tenants.id, as: foreign-key, onDelete: cascade,
          owner: team-identity, reason: a tenant's users go with it, until: 2027-06-30 }
    references:
      - { from: roles.tenant_id, to: tenants.tenants.id, grace: 24 hours }
    outbox: true
  metrics:
    partitions:
      llm_requests: { by: created_at, every: 1 month, premake: 3, retain: 13 months,
                      name: "llm_requests_{yyyy}_{mm}", timezone: UTC, default: false }
  payments: { isolation: external, engine: mongodb }
roles:
  llmproxy_app:
    grants:
      - { on: [tenants, auth, apikeys, quotas], privileges: read-write }
      - { on: metrics, privileges: [select, insert] }
  llmproxy_audit: { grants: [{ on: audit, privileges: append }] }
  llmproxy_support: { grants: [{ on: "auth.users(id, email, status)", privileges: [select] }] }
  llmproxy_gateway: { login: true, memberOf: [llmproxy_app], password: { env: GATEWAY_PASSWORD },
                      connectionLimit: 50, settings: { statement_timeout: 30s } }
unmanaged: { roles: ["pg_*", "rds*", "cloudsql*"], schemas: [] , otherRoles: report }
lint:
  rules: { design/missing-primary-key: off, migration/drop-column: warning }
  baseline: dbctl.baseline.json
  waivers:
    - { rule: boundary/view, subject: tenants.tenant_overview, owner: team-tenants, reason: …, until: 2027-01-31 }
`;

const everyForm = `
$schema: ./schemas/manifest.schema.json
version: 1
databases: { main: , other: { url: { env: OTHER_URL } }, third: { url: "" } }
domains:
  empty:
  shared: { kind: infrastructure, sharedWith: [orders], schema: app }
  orders: { isolation: prefix, prefix: orders_, schema: public, database: main, sql: orders/*.sql, inbox: true }
  billing:
    isolation: database
    database: other
    tables:
      lines:
        columns: { id: { type: uuid primary key, comment: made by the server }, made: { type: date } }
        partitionBy: range (made)
      nothing: {}
    copies:
      - { column: lines.email, of: users.users.email, kind: projection, event: EmailChanged, maxLag: 5 minutes }
    partitions: { lines: { by: made, grants: none } }
roles:
  group:
  login:
    { login: true, inherit: false, createRole: false, createDatabase: false, replication: false, bypassRls: false,
      superuser: false, connectionLimit: -1, validUntil: 2027-06-30T12:00:00+02:00, comment: somebody,
      memberOf: [group, { role: other, admin: false, inherit: true, set: false }],
      settings: { work_mem: 64, statement_timeout: 30s, jit: false } }
  grants:
    grants:
      - { on: orders, privileges: [SELECT], future: false, grantOption: true }
      - { on: [orders, { sequences: orders }, { functions: "orders.total(integer)" }], privileges: all }
      - { on: { schema: orders }, privileges: usage }
public: [{ on: { types: shared }, privileges: usage }]
`;
