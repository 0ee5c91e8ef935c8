/** `dbctl audit role` and `dbctl audit future`: what a role reaches, and what others get of what it makes. */
import { future } from '../../core/access/future.ts';
import { reachOf } from '../../core/access/reach.ts';
import type { SchemaId } from '../../core/model/id.ts';
import { inputError } from '../../core/model/problem.ts';
import { readDefaultAcls } from '../../db/default-acls.ts';
import type { Context, ExitStatus } from '../context.ts';
import { objectNamed, readLive, roleNamed } from '../live.ts';
import { futureJson, futureText, reachJson, reachText } from '../reporters/reach.ts';

type Options = Readonly<Record<string, unknown>>;

/** Prints everything that the role reaches, by domain, in every database. */
export async function auditRole(
  context: Context,
  _options: Options,
  role: string | undefined,
): Promise<ExitStatus> {
  const all = await readLive(context);
  const name = roleNamed(role!, all);
  const reached = all.map((live) => ({
    database: live.catalog.source,
    reach: reachOf(live, name, live.domainOf),
  }));
  if (context.global.format === 'json') context.out(JSON.stringify(reachJson(name, reached), null, 2));
  else context.out(reachText(reached, context.outColour));
  return 0;
}

/** Prints who would get what on objects that the role makes in the schema. */
export async function auditFuture(
  context: Context,
  _options: Options,
  role: string | undefined,
  schema: string | undefined,
): Promise<ExitStatus> {
  const all = await readLive(context, async (connection, world) =>
    readDefaultAcls(connection, roleNamed(role!, [world])),
  );
  const name = roleNamed(role!, all);
  if (name === 'public')
    throw inputError({ message: 'PUBLIC makes nothing', help: 'Name the role that makes the objects.' });
  const { live, on } = objectNamed(schema!.startsWith('schema:') ? schema! : `schema:${schema!}`, all);
  const answer = future(live, name, (on as SchemaId).name, live.also.builtIn, live.also.defaults);
  if (context.global.format === 'json')
    context.out(JSON.stringify(futureJson(answer, live.catalog.source), null, 2));
  else context.out(futureText(answer, context.outColour));
  return 0;
}
