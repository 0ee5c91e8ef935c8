/** The picture of docs/architecture.md as rules: bin → cli → {files, db} → core → sql. */
const only = (name, from, to, why) => ({
  name,
  severity: 'error',
  comment: why,
  from: { path: `^src/${from}/` },
  to: { path: '^src/', pathNot: `^src/(${[from, ...to].join('|')})/` },
});

export default {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'A cycle has no first file to read.',
      from: {},
      to: { circular: true },
    },
    only('sql-is-a-leaf', 'sql', [], 'The grammar knows nothing of us.'),
    only('core-imports-sql', 'core', ['sql'], 'The core is pure: values in, values out.'),
    only('files-import-core', 'files', ['core', 'sql'], 'Reading a manifest needs no database.'),
    only('db-imports-core', 'db', ['core', 'sql'], 'A connection needs no manifest file.'),
    {
      name: 'core-does-no-io',
      severity: 'error',
      comment: 'No I/O, no clock, no driver in the core; a leaf that only parses is as pure.',
      from: { path: '^src/(core|sql)/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(assert|util|crypto)$' },
    },
    {
      name: 'core-has-no-driver',
      severity: 'error',
      comment: 'postgres, kysely and pg live in src/db.',
      from: { path: '^src/(core|files|sql)/', pathNot: '\\.test\\.ts$' },
      to: { path: 'node_modules/(postgres|kysely|kysely-postgres-js|pg|node-pg-migrate)/' },
    },
    {
      name: 'pg-in-one-file',
      severity: 'error',
      comment: 'pg is there only because node-pg-migrate takes its client.',
      from: { path: '^src/', pathNot: '^src/db/migrate/runner\\.ts$' },
      to: { path: 'node_modules/(pg|node-pg-migrate)/' },
    },
    {
      name: 'ajv-in-files',
      severity: 'error',
      comment: 'Validation with source positions has one home.',
      from: { path: '^src/(cli|core|db|sql)/' },
      to: { path: 'node_modules/(ajv|yaml)/' },
    },
    {
      name: 'tests-stay-out',
      severity: 'error',
      comment: 'What ships does not import what tests it.',
      from: { path: '^src/', pathNot: '\\.test\\.ts$' },
      to: { path: '^test/|\\.test\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
