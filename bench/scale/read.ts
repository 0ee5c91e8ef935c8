/** A process that reads one database, or two and plans the way from the one to the other, and tells what that took. */
import { entriesOf } from '../../src/core/model/catalog.ts';
import { schemaOf } from '../../src/core/model/id.ts';
import { migrations } from '../../src/core/plan/migrations.ts';
import { plan } from '../../src/core/plan/plan.ts';
import { connect, parseAddress } from '../../src/db/connect.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';

const [verb, ...urls] = process.argv.slice(2);
const catalogs = await Promise.all(
  urls.map(async (url) => {
    const connection = await connect(parseAddress(url), { readOnly: true });
    try {
      return await introspect(connection);
    } finally {
      await connection.close();
    }
  }),
);
const [from, to] = [catalogs[0]!, catalogs.at(-1)!];
const options = { domainOf: (id: Parameters<typeof schemaOf>[0]) => schemaOf(id) ?? '_cluster' };
const made =
  verb === 'plan'
    ? plan(from, to, options).flatMap(({ statements }) => statements).length
    : verb === 'migrations'
      ? migrations(from, to, options, new Date(0), new Map()).length
      : [...entriesOf(from, 'table')].length;
if (from.notAnalysed.length > 0) throw new Error(`not analysed: ${from.notAnalysed[0]!.object}`);
// Linux tells kilobytes, as does macOS here: Node makes them so.
process.stdout.write(
  JSON.stringify({ made, milliseconds: performance.now(), mebibytes: process.resourceUsage().maxRSS / 1024 }),
);
