/** The SQL that puts drift right: structure first, then what gives, then what takes, so that nobody is without a privilege meanwhile. */
import type { Finding } from '../../model/finding.ts';
import type { DriftInput } from './input.ts';

/** @param findings of one database. Waived ones stay as they are. @returns statements without semicolons, to be run in one transaction. */
export function repair({ structure }: Pick<DriftInput, 'structure'>, findings: readonly Finding[]): string[] {
  const standing = findings.filter(({ waived }) => waived === null);
  const own = new Set(standing.filter(({ rule }) => rule.startsWith('drift/')).flatMap(({ fix }) => fix));
  const others = standing.filter(({ rule }) => !rule.startsWith('drift/')).map(({ fix }) => fix);
  // A list that changes its role, or takes as well as gives, is kept in its order.
  const takes = (fix: readonly string[]) => fix.some((sql) => /^(REVOKE|SET ROLE)|\bREVOKE\b/.test(sql));
  return [
    ...structure.fix.filter((sql) => own.has(sql)),
    ...others.filter((fix) => !takes(fix)).flat(),
    ...others.filter(takes).flat(),
  ];
}
