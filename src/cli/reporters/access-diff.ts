/** `dbctl audit diff` as JSON and as text: one line for each fact, with what comes of it. */
import type { AccessChange, RoleChange } from '../../core/access/change.ts';
import { nameOf } from '../../core/model/id.ts';
import { groupBy } from '../../core/rules/group-by.ts';
import { granteeName, grantedOn, listOf } from '../../core/rules/wording.ts';
import type { Chalk } from '../colour.ts';
import { pathsJson } from './paths.ts';

interface Names {
  readonly from: string;
  readonly to: string;
}

export function accessDiffJson(
  { from, to }: Names,
  changes: readonly AccessChange[],
  roles: readonly RoleChange[],
): object {
  const of = (wanted: AccessChange['change']) =>
    changes
      .filter(({ change }) => change === wanted)
      .map(({ role, object, privilege, grantOption, because, path }) => ({
        role,
        object: nameOf(object),
        kind: object.kind,
        privilege,
        grantOption,
        because,
        path: pathsJson([path])[0],
      }));
  return { version: 1, command: 'audit diff', from, to, roles, gained: of('gained'), lost: of('lost') };
}

export function accessDiffText(
  { from, to }: Names,
  changes: readonly AccessChange[],
  roles: readonly RoleChange[],
  colour: Chalk,
): string {
  if (changes.length + roles.length === 0) return `nobody gained or lost access between ${from} and ${to}`;
  const sign = (change: 'gained' | 'lost') => (change === 'gained' ? colour.green('+') : colour.red('-'));
  const lines = roles.map(({ change, role, what }) =>
    what === 'existence'
      ? `${sign(change)} role ${granteeName(role)}`
      : `${sign(change)} ${granteeName(role)}: ${what}`,
  );
  for (const group of groupBy(changes, ({ change, because }) => `${change}\0${because}`)) {
    const { change, because } = group[0]!;
    lines.push(`${sign(change)} ${because}`);
    const verb = change === 'gained' ? 'gains' : 'loses';
    for (const same of groupBy(group, ({ role, privilege, grantOption }) =>
      [role, privilege, grantOption].join('\0'),
    )) {
      const { role, privilege, grantOption } = same[0]!;
      const what = `${grantOption ? 'the grant option of ' : ''}${privilege}`;
      lines.push(
        `    ${granteeName(role)} ${verb} ${what} on ${listOf(same.map(({ object }) => grantedOn(object)))}`,
      );
    }
  }
  return lines.join('\n');
}
