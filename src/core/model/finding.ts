/** A finding: one thing that a rule reports. And what a rule is. */
import { createHash } from 'node:crypto';

export type Severity = 'error' | 'warning' | 'info';
/** A place in a file; lines and columns count from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}
export interface Waived {
  readonly reason: string;
  readonly owner: string;
  readonly until: string | null;
}

/** What a rule yields: the rule's own name, severity and fingerprint are added by whoever runs it. */
export interface Found {
  /** The domain it belongs to, or null (a role, the cluster). */
  readonly domain: string | null;
  /** It is a fact of the server, the same in each of its databases: a role, a parameter. */
  readonly ofServer?: boolean;
  /** `schema.name`, quoted where SQL would need it. */
  readonly subject: string;
  readonly message: string;
  /** Who gains or loses which access by it, beyond what the message says. */
  readonly consequence?: string | undefined;
  /** What to do, starting with a verb; SQL where SQL puts it right. */
  readonly help: string;
  readonly severity?: Severity;
  readonly location?: Location;
  /** The place in the manifest it is about, when there is no location yet: whoever runs the rules makes one of it. */
  readonly path?: readonly (string | number)[];
  /** What else tells this finding from another on the same subject: stable under rewording and line moves. */
  readonly discriminator?: string;
  /** SQL that makes the finding go, when one statement (or a few) does. */
  readonly fix?: readonly string[];
}

export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly domain: string | null;
  /** Which of several databases it is in: its key in the manifest. None: there is but one, or it is of the (first) server. */
  readonly database?: string;
  readonly subject: string;
  readonly message: string;
  readonly consequence: string | null;
  readonly help: string;
  readonly location: Location | null;
  readonly fingerprint: string;
  readonly waived: Waived | null;
  readonly fix: readonly string[];
}

export interface Rule<Input> {
  /** `group/rule`, stable once landed. */
  readonly name: string;
  readonly severity: Severity;
  /** One line: what it reports. */
  readonly summary: string;
  /** Why anybody should care. */
  readonly why: string;
  check(input: Input): Iterable<Found>;
}

/**
 * @param database which of several it is in: a domain says that, and what is of no domain is told apart by it.
 * @returns a fingerprint that survives a reworded message or a moved line: a hash of rule, domain, subject and discriminator.
 */
export function fingerprintOf(rule: string, found: Found, database?: string): string {
  const parts = [rule, found.domain ?? '', found.subject, found.discriminator ?? ''];
  if (found.domain === null && database !== undefined) parts.push(database);
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 16);
}
