import type { DatabaseAside, DatabaseAttributes } from '../../kinds/database.ts';
import { databaseOwner } from '../../access/predefined.ts';
import { domainsIn, ownersOf } from '../../manifest/domain-of.ts';
import { find } from '../../model/catalog.ts';
import type { Found, Rule } from '../../model/finding.ts';
import type { DatabaseId } from '../../model/id.ts';
import { identifier } from '../../../sql/quote.ts';
import type { LiveInput } from '../input.ts';
import { listOf } from '../wording.ts';
import { migratorsOf, severityFor, standingOf } from './who.ts';

export const undeclaredOwner: Rule<LiveInput> = {
  name: 'permission/undeclared-owner',
  severity: 'error',
  summary: 'the database or a large object belongs to somebody who owns nothing by the manifest',
  why: 'The owner of a database may drop it, make schemas in it and say who may connect. Whose it is to be the manifest has no word for: it is told, and not put right.',
  *check(input) {
    yield* ofDatabase(input);
    yield* ofLargeObjects(input);
  },
};

const database: DatabaseId = { kind: 'database' };

function* ofDatabase(input: LiveInput): Generator<Found> {
  const { manifest, live, access } = input;
  const owner = find<DatabaseId, DatabaseAttributes>(live, database)?.attrs.owner;
  if (owner === undefined || isAbove(input, owner)) return;
  const domains = domainsIn(manifest, input.database);
  const migrators = migratorsOf(input, domains);
  if (migrators.includes(owner) || domains.some((domain) => ownersOf(domain).includes(owner))) return;
  const severity = severityFor(input, owner);
  if (severity === undefined) return;
  const isPublics = access.ownerOf({ kind: 'schema', name: 'public' }) === databaseOwner;
  yield {
    domain: null,
    subject: 'database',
    discriminator: `owner ${identifier(owner)}`,
    message: `the database belongs to ${identifier(owner)}, which owns no domain in it and applies no migrations: whose it is to be is not compared`,
    consequence: `${identifier(owner)} may drop it, make schemas in it and say who may connect${isPublics ? `; schema public is its own, as it is ${databaseOwner}` : ''}; so may its members`,
    help: 'Give it to whoever is to have it: ALTER DATABASE … OWNER TO …; or list the role under unmanaged.roles.',
    // Before the first migration nobody can be told by having applied it; and who is not declared may have been given it by whoever runs the server.
    severity: migrators.length === 0 || standingOf(input, owner) === 'other' ? 'info' : severity,
  };
}

/** Large objects are made by whoever uses them: only that a stranger has some is worth a word. */
function* ofLargeObjects(input: LiveInput): Generator<Found> {
  const aside = find(input.live, database)?.aside as DatabaseAside | undefined;
  const strangers = (aside?.largeObjectOwners ?? []).filter(
    (owner) => standingOf(input, owner) === 'other' && !isAbove(input, owner) && severityFor(input, owner),
  );
  if (strangers.length === 0) return;
  yield {
    domain: null,
    subject: 'database',
    discriminator: `large objects of ${strangers.map(identifier).join(', ')}`,
    message: `large objects belong to ${listOf(strangers.map(identifier))}, which the manifest does not declare: whose they are to be is not compared`,
    help: 'Declare the role, list it under unmanaged.roles, or give them away: ALTER LARGE OBJECT … OWNER TO ….',
    severity: 'info',
  };
}

/** Whom nothing that it owns gives more than it is to have. */
const isAbove = (input: LiveInput, role: string): boolean =>
  (input.manifest.roles.get(role)?.superuser ?? input.access.isSuperuser(role)) ||
  standingOf(input, role) === 'unmanaged';
