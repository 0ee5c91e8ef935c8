/** docs/rules/README.md says what every rule reports and why: written from the rules, by `npx vitest run test/docs -u`. */
import { expect, it } from 'vitest';
import { groupBy } from '../../src/core/rules/group-by.ts';
import { allRules } from '../../src/core/rules/index.ts';

it('docs/rules/README.md is what the rules say of themselves', async () => {
  const groups = groupBy(
    allRules.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    ({ name }) => name.split('/')[0]!,
  );
  const text = [
    '# Rules',
    '`dbctl lint` without `--live` runs the groups boundary, catalog, design and security on what the migrations make; `--live` runs all of them but drift on the databases. `dbctl drift` runs drift, permission, partition and catalog. `lint.rules` in the manifest gives a rule another severity or turns it `off`; `lint.waivers` accepts single findings.',
    ...groups.flatMap((rules) => [
      `## ${rules[0]!.name.split('/')[0]!}`,
      ...rules.map(({ name, severity, summary, why }) => `### ${name}\n\n${severity}: ${summary}.\n\n${why}`),
    ]),
  ].join('\n\n');
  await expect(`${text}\n`).toMatchFileSnapshot('../../docs/rules/README.md');
});

it('no two rules have one name', () => {
  expect(new Set(allRules.map(({ name }) => name)).size).toBe(allRules.length);
});
