// Runs dependency-cruiser over src and fails on a broken arrow, and on a run that read nothing:
// a cruise of zero modules would pass every rule.
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { readdir } from 'node:fs/promises';
import configuration from '../.dependency-cruiser.js';

const sources = (await readdir('src', { recursive: true })).filter((name) => name.endsWith('.ts'));
const { output } = await cruise(
  ['src'],
  { ...configuration.options, validate: true, ruleSet: { forbidden: configuration.forbidden } },
  undefined,
  { tsConfig: extractTSConfig('tsconfig.json') },
);
const cruised = output.modules.filter(({ source }) => source.startsWith('src/'));
for (const { rule, from, to, cycle } of output.summary.violations) {
  const path = cycle?.length ? cycle.map((step) => step.name ?? step).join(' → ') : to;
  const why = configuration.forbidden.find(({ name }) => name === rule.name)?.comment ?? '';
  console.error(`${rule.name}: ${from} → ${path}\n  ${why}`);
}
console.log(
  `arrows: ${cruised.length} of ${sources.length} modules read, ${output.summary.violations.length} broken`,
);
if (cruised.length < sources.length || sources.length === 0) {
  console.error('The check did not read every module of src, so its silence proves nothing.');
  process.exitCode = 1;
}
if (output.summary.violations.length > 0) process.exitCode = 1;
