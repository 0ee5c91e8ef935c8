/** `dbctl audit snapshot`: what the live databases are like, as a file or kept in them, for `audit diff` and for the record. */
import { withoutStored } from '../../core/access/stored.ts';
import { withConnection } from '../../db/connect.ts';
import { introspect } from '../../db/introspect/introspect.ts';
import { storeSnapshot } from '../../db/snapshots.ts';
import { hashOf, printSnapshot, printSnapshots } from '../../files/snapshot.ts';
import type { Context, ExitStatus } from '../context.ts';
import { type Place, withPlaces } from '../live.ts';

/** Prints the snapshot, the same bytes for the same databases; with --store, what was kept where. */
export async function auditSnapshot(
  context: Context,
  options: Readonly<Record<string, unknown>>,
): Promise<ExitStatus> {
  const isStored = options['store'] === true;
  await withPlaces(context, async (places) => {
    const texts = new Map<string, string>();
    for (const place of places) texts.set(place.database, await take(context, place));
    if (!isStored) {
      const [only] = texts.values();
      context.out(texts.size === 1 ? only! : printSnapshots(texts));
      for (const [database, text] of texts) context.log(`${database}: sha256 ${hashOf(text)}`);
      return;
    }
    const databases: object[] = [];
    for (const { address, database } of places) {
      const text = texts.get(database)!;
      const stored = await withConnection(address, { applicationName: 'dbctl audit' }, (connection) =>
        storeSnapshot(connection, { hash: hashOf(text), text }),
      );
      databases.push({ database, ...stored });
    }
    context.out(JSON.stringify({ version: 1, command: 'audit snapshot', databases }, null, 2));
  });
  return 0;
}

async function take(context: Context, { address }: Place): Promise<string> {
  const options = { applicationName: 'dbctl audit', readOnly: true };
  const live = await withConnection(address, options, introspect);
  for (const { object, why } of live.notAnalysed) context.log(`not analysed: ${object}: ${why}`);
  return printSnapshot(withoutStored(live));
}
