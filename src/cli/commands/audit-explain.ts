/** `dbctl audit explain` and `dbctl audit who-can`: whether, who, and why. */
import { bodiesOf } from '../../core/access/beyond/functions.ts';
import { explain } from '../../core/access/explain.ts';
import { privilegeNamed } from '../../core/access/object-name.ts';
import { whoCan } from '../../core/access/who-can.ts';
import type { Catalog } from '../../core/model/catalog.ts';
import type { Connection } from '../../db/connect.ts';
import { withOutside } from '../../db/outside-schemas.ts';
import type { Context, ExitStatus } from '../context.ts';
import { objectNamed, readLive, roleNamed } from '../live.ts';
import { explainJson, explainText, whoCanJson, whoCanText } from '../reporters/explain.ts';

/** Prints whether the role may, and every path. Ends with 0 if it may now, with 1 if not: a gate can ask. */
export async function auditExplain(
  context: Context,
  _options: Readonly<Record<string, unknown>>,
  role: string | undefined,
  privilege: string | undefined,
  object: string | undefined,
): Promise<ExitStatus> {
  const all = await readLive(context, undefined, outside(object!));
  const { live, on } = objectNamed(object!, all);
  const question = {
    role: roleNamed(role!, [live]),
    privilege: privilegeNamed(privilege!, on, live.catalog.serverVersion),
    on,
  };
  const explanation = explain(live, question, await bodiesOf(live.catalog));
  if (context.global.format === 'json')
    context.out(JSON.stringify(explainJson(explanation, live.catalog.source), null, 2));
  else context.out(explainText(explanation, context.outColour));
  return explanation.allowed ? 0 : 1;
}

/** Prints the roles that may, and why. */
export async function auditWhoCan(
  context: Context,
  _options: Readonly<Record<string, unknown>>,
  privilege: string | undefined,
  object: string | undefined,
): Promise<ExitStatus> {
  const all = await readLive(context, undefined, outside(object!));
  const { live, on } = objectNamed(object!, all);
  const answer = whoCan(
    live,
    privilegeNamed(privilege!, on, live.catalog.serverVersion),
    on,
    await bodiesOf(live.catalog),
  );
  if (context.global.format === 'json')
    context.out(JSON.stringify(whoCanJson(answer, live.catalog.source), null, 2));
  else context.out(whoCanText(answer, context.outColour));
  return 0;
}

/** What is asked of need not be in a schema. */
const outside = (object: string) => async (connection: Connection, catalog: Catalog) =>
  withOutside(connection, catalog, /^large-object:(\d+)$/.exec(object)?.slice(1));
