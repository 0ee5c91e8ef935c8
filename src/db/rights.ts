/** Which right a statement was refused for: the server tells it in many ways. */

export interface Refused {
  readonly statement: string;
  readonly message: string;
  readonly detail?: string;
}

/** @returns the right that is missing, in words that follow `needs`. */
export function rightFor({ statement, message, detail }: Refused): string {
  for (const [form, say] of forms) {
    const found = form.exec(message) ?? form.exec(detail ?? '');
    if (found !== null) return say(found[1]!, found[2] ?? '');
  }
  const [, forRole] = after(String.raw`\bALTER DEFAULT PRIVILEGES FOR ROLE `).exec(statement) ?? [];
  if (forRole !== undefined) return `membership in ${forRole}`;
  const [, privileges, on] = privilegesOn.exec(statement) ?? [];
  if (privileges !== undefined)
    return `the grant option for ${privileges} on ${on!.replace('DATABASE %I', 'the database')}, or membership in its owner`;
  const [, role] = after('^ALTER ROLE ').exec(statement) ?? [];
  if (role !== undefined) return `CREATEROLE, and ADMIN OPTION on role ${role}`;
  const [, granted] =
    after('^(?:GRANT|REVOKE|REVOKE ADMIN OPTION FOR) ', ' (?:TO|FROM) ').exec(statement) ?? [];
  if (granted !== undefined) return `ADMIN OPTION on role ${granted}`;
  return detail ?? 'a right of a superuser';
}

/** @returns what finds the role between two patterns, as SQL writes it. */
const after = (before: string, behind = ''): RegExp =>
  new RegExp(String.raw`${before}("(?:[^"]|"")*"|\S+)${behind}`);

const privilegesOn =
  /\b(?:GRANT|REVOKE|REVOKE GRANT OPTION FOR) ([A-Z][A-Z, ]*(?:\([^)]*\))?[^;]*?) ON (.+?) (?:TO|FROM) /s;

const forms: readonly (readonly [form: RegExp, say: (what: string, other: string) => string])[] = [
  [/^permission denied to set parameter "(.+?)"/, (name) => `SET on parameter ${name}`],
  [/^must be (superuser) /, () => 'the attribute SUPERUSER'],
  [/^must be owner of (.+)$/, (what) => `ownership of ${what}`],
  [/must be able to SET ROLE "(.+?)"/, (role) => `membership in role ${role} with SET`],
  [/^permission denied to set role "(.+?)"/, (role) => `membership in role ${role} with SET`],
  [/^must be (?:a )?member of role "(.+?)"/, (role) => `membership in role ${role}`],
  [/^must have admin option on role "(.+?)"/, (role) => `ADMIN OPTION on role ${role}`],
  [
    /roles with privileges of role "(.+?)" may (grant|revoke) privileges (?:as|granted by) this role/,
    (role) => `the privileges of role ${role}, who granted it,`,
  ],
  [
    /roles with the (\w+) attribute and the ADMIN option on roles? "(.+?)"/i,
    (attribute, role) => `${attribute} and ADMIN OPTION on role ${role}`,
  ],
  [/roles with the ADMIN option on role "(.+?)"/i, (role) => `ADMIN OPTION on role ${role}`],
  [/roles with the (\w+) attribute/i, (attribute) => `the attribute ${attribute}`],
];
