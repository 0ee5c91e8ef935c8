/**
 * Catalogs of servers of different majors, made comparable: what differs only because one server prints or knows it
 * otherwise is no difference. Found by reading the same databases on 15 and on 18.
 */
import { isSameQuery } from '../../sql/same-query.ts';
import { type Catalog, catalog } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import type { Id } from '../model/id.ts';

const majorOf = ({ serverVersion }: Catalog) => Math.floor(serverVersion / 10_000);

/** @returns `to` in the words of `from`'s server, and `from` without what `to`'s server does not know. Of one major: both as they are. */
export async function acrossMajors(from: Catalog, to: Catalog): Promise<[Catalog, Catalog]> {
  if (majorOf(from) === majorOf(to)) return [from, to];
  const oldest = Math.min(from.serverVersion, to.serverVersion);
  const isKnown = ({ id }: Entry) => isKnownTo(oldest, id);
  const said: Entry[] = [];
  for (const [key, entry] of to.entries) {
    const before = from.entries.get(key);
    if (isKnown(entry)) said.push(before === undefined ? entry : await inWordsOf(before, entry));
  }
  const known = [...from.entries.values()].filter(isKnown);
  return [
    catalog(from.source, from.serverVersion, known, from.edges, from.notAnalysed),
    catalog(to.source, to.serverVersion, said, to.edges, to.notAnalysed),
  ];
}

/** @returns whether a server of this version has such an entry: MAINTAIN came with 17. */
export function isKnownTo(serverVersion: number, id: Id): boolean {
  const isMaintain = (id.kind === 'grant' || id.kind === 'default-privilege') && id.privilege === 'maintain';
  return serverVersion >= 170000 || !isMaintain;
}

async function inWordsOf(before: Entry, after: Entry): Promise<Entry> {
  switch (after.id.kind) {
    case 'view':
    case 'materialized-view': {
      const [was, is] = [before.attrs['definition'] as string, after.attrs['definition'] as string];
      if (was === is || !(await isSameQuery(was, is))) return after;
      return { ...after, attrs: { ...after.attrs, definition: was } };
    }
    case 'extension':
      // Each major brings its own.
      return { ...after, attrs: { ...after.attrs, version: before.attrs['version'] ?? null } };
    default:
      return after;
  }
}
