/** The live grants that the permission rules judge: on the domains' objects, to roles that are not left alone. */
import type { GrantAttributes } from '../../kinds/grant.ts';
import { domainOf, domainsIn } from '../../manifest/domain-of.ts';
import { isHistoryTable } from '../../manifest/history-table.ts';
import type { Domain } from '../../manifest/manifest.ts';
import { clusterHistory } from '../../migration/history.ts';
import { isUnmanagedSchema } from '../../manifest/unmanaged.ts';
import type { EntryOf } from '../../model/entry.ts';
import { type GrantId, type ObjectId, schemaOf } from '../../model/id.ts';
import { onceOf } from '../../model/once-of.ts';
import type { LiveInput } from '../input.ts';
import { concerns, isMigrations } from './applied.ts';
import { standingOf } from './who.ts';

export interface LiveGrant {
  readonly entry: EntryOf<'grant', GrantAttributes>;
  /** undefined: a schema that domains share. */
  readonly domain: Domain | undefined;
}

/** @returns grants on the domains' objects that are not settled, and with the applied migrations to compare with, on all else, without an owner's own, which are not granted but owned. */
export const liveGrants = onceOf((input: LiveInput): readonly LiveGrant[] => [...findGrants(input)]);

function* findGrants(input: LiveInput): Generator<LiveGrant> {
  const { manifest, database, access, settled } = input;
  const schemas = new Set(
    domainsIn(manifest, database)
      .map(({ schema }) => schema)
      .filter((schema) => !isUnmanagedSchema(manifest, schema)),
  );
  for (const entry of settled.others()) {
    const { on, to, privilege } = entry.id;
    if (standingOf(input, to) === 'unmanaged' || to === access.ownerOf(on)) continue;
    const domain = domainOf(manifest, database, on);
    if (isHistorys(entry.id)) {
      const isOurs = [...schemas, clusterHistory.schema].includes(schemaOf(on)!);
      // Whoever is to tell the drift must be able to read it.
      if (isOurs && on.kind !== 'sequence' && privilege !== 'select') yield { entry, domain };
      continue;
    }
    if (schemas.has(schemaOf(on) ?? '') && (domain !== undefined || on.kind === 'schema')) {
      yield { entry, domain };
      continue;
    }
    if (input.applied !== undefined && isMigrations(input, on) && concerns(input, on, to))
      yield { entry, domain };
  }
}

/** Whether a grant is on a history table, on a column of one, or on the sequence behind its key. */
export const isHistorys = ({ on }: GrantId): boolean => isHistoryTable(tableOrSelf(on));

const tableOrSelf = (on: GrantId['on']): ObjectId =>
  on.kind === 'column' ? { kind: 'table', schema: on.schema, name: on.table } : on;
