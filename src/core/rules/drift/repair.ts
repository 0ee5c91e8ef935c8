/** The SQL that puts drift right: structure first, then what gives, then what takes, so that nobody is without a privilege meanwhile. */
import type { Finding } from '../../model/finding.ts';
import type { DriftInput } from './input.ts';

/** @param findings of one database. Waived ones stay as they are. @returns statements without semicolons, to be run in one transaction. */
export function repair({ structure }: Pick<DriftInput, 'structure'>, findings: readonly Finding[]): string[] {
  const standing = findings.filter(({ waived }) => waived === null);
  const planned = new Set(structure.drifted.flatMap(({ fix }) => fix));
  const own = new Set(standing.flatMap(({ fix }) => fix.filter((sql) => planned.has(sql))));
  const others = standing.map(({ fix }) => fix.filter((sql) => !planned.has(sql)));
  // A list that changes its role, or takes as well as gives, is kept in its order.
  const takes = (fix: readonly string[]) => fix.some((sql) => /^(REVOKE|SET ROLE)|\bREVOKE\b/.test(sql));
  return [
    ...structure.fix.filter((sql) => own.has(sql)),
    // What two findings give, the same missing group, is given once.
    ...new Set(others.filter((fix) => !takes(fix)).flat()),
    ...takenOnce(others.filter(takes)),
  ];
}

/** What two findings take is taken once: whoever took it in its grantor's name cannot take it again. */
function takenOnce(lists: readonly (readonly string[])[]): string[] {
  const done = new Set<string>();
  return lists.flatMap((list) =>
    unitsOf(list).flatMap((unit): readonly string[] => {
      const text = unit.join('\0');
      if (!/^(REVOKE|SET ROLE)/.test(text)) return unit;
      if (done.has(text)) return [];
      done.add(text);
      return unit;
    }),
  );
}

/** @returns statements one by one, and what runs under one SET ROLE together. */
export function unitsOf(list: readonly string[]): readonly (readonly string[])[] {
  const units: string[][] = [];
  let isOpen = false;
  for (const sql of list) {
    if (isOpen) units.at(-1)!.push(sql);
    else units.push([sql]);
    isOpen = sql.startsWith('SET ROLE') || (isOpen && sql !== 'RESET ROLE');
  }
  return units;
}
