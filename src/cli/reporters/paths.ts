/** Access paths as JSON and as text. */
import type { Path, Step } from '../../core/access/path.ts';
import type { GivenMembership } from '../../core/access/memberships.ts';
import { nameOf } from '../../core/model/id.ts';
import { granteeName, grantedOn } from '../../core/rules/wording.ts';

/** @returns paths as the report has them. */
export function pathsJson(paths: readonly Path[]): object[] {
  return paths.map((path) =>
    path.map(({ object, ...rest }) => ({
      ...rest,
      ...(object === undefined ? {} : { object: nameOf(object) }),
    })),
  );
}

/** @returns a path on one line: `member of readers (granted by admin) → select on shop.orders, granted by admin`. */
export function pathText(path: Path): string {
  return path.map(stepText).join(' → ');
}

function stepText(step: Step): string {
  const { note } = step;
  const text = stepWords(step);
  return note === undefined ? text : `${text} (${note})`;
}

function stepWords({ via, role = '', object, privilege, grantor, grantable, given }: Step): string {
  const on = object === undefined ? '' : grantedOn(object);
  const who = granteeName(role);
  const by = grantor === undefined || grantor === '' ? '' : ` by ${granteeName(grantor)}`;
  const passes = grantable === true ? ', with grant option' : '';
  switch (via) {
    case 'superuser':
      return `${who} is a superuser`;
    case 'owner':
      return `${who} owns ${on}`;
    case 'grant':
      return `${privilege} on ${on} granted to ${who}${by}${passes}`;
    case 'public':
      return `${privilege} on ${on} granted to PUBLIC${by}`;
    case 'member of':
      return `member of ${who}${givenText(given ?? [])}`;
    case 'predefined role':
      return `${who} has ${privilege} on everything`;
    case 'set role':
      return `SET ROLE ${who}`;
    case 'admin option':
      return `may grant itself ${who}, having its admin option${givenText(given ?? [])}`;
    case 'createrole':
      return `may grant itself ${who}, being CREATEROLE`;
    case 'server program':
      return `${who} runs programs or writes files as the server’s own user, who may do anything`;
    case 'trigger':
      return `trigger ${on} fires`;
    case 'function':
      return `function ${on} runs as ${who}`;
    case 'view':
      return `view ${on} runs with the rights of ${who}`;
    case 'materialized view':
      return `materialized view ${on} holds what ${who} read`;
    case 'cascade':
      return `foreign key ${on}`;
    case 'parent':
      return `rows by way of ${on}, of which it is a partition`;
    case 'partition':
      return `the rows of its partition ${on}`;
    case 'column':
      return on;
  }
}

/** By whom, and with which options, where it is not all of them. */
function givenText(given: readonly GivenMembership[]): string {
  if (given.length === 0) return '';
  const each = given.map(({ grantor, inherit, set, admin }) => {
    const options = [
      ...(inherit ? [] : ['no inherit']),
      ...(set ? [] : ['no set']),
      ...(admin ? ['admin'] : []),
    ];
    return `granted by ${granteeName(grantor)}${options.length === 0 ? '' : ` with ${options.join(', ')}`}`;
  });
  return ` (${each.join('; ')})`;
}
