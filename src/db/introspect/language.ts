/** Languages made by hand, and who may use those of the server and of extensions. */
import type { LanguageAttributes } from '../../core/kinds/language.ts';
import { functionName, jsonOf } from './in-schema.ts';
import { type Carried, type Reading, add, addCarried, address, notOfExtension } from './reading.ts';

const attributes = jsonOf({
  trusted: 'o.lanpltrusted',
  handler: functionName('o.lanplcallfoid'),
  inline: functionName('o.laninline'),
  validator: functionName('o.lanvalidator'),
});

export async function readLanguages(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<
    ({
      oid: number;
      name: string;
      made: boolean;
      grantable: boolean;
      attrs: LanguageAttributes;
      others: string[];
    } & Carried)[]
  >`
    select o.oid::int8::float8 as oid, o.lanname as name, o.oid >= 16384 and ${sql.unsafe(notOfExtension('pg_language', 'o.oid'))} as made,
      o.lanpltrusted as grantable, ${sql.unsafe(attributes)} as attrs, pg_get_userbyid(o.lanowner) as owner,
      coalesce(o.lanacl, acldefault('l', o.lanowner))::text[] as acl,
      array(select a::text from unnest(coalesce(o.lanacl, acldefault('l', o.lanowner))) a
        where not exists (select from aclexplode(array[a]) e where e.grantee = o.lanowner)) as others,
      obj_description(o.oid, 'pg_language') as comment
    from pg_language o`;
  for (const { oid, name, made, grantable, attrs, others, ...carried } of rows) {
    const id = { kind: 'language', name } as const;
    if (made) {
      add(reading, { id, attrs }, address('pg_language', oid));
      addCarried(reading, id, carried);
    } else if (grantable) {
      // Its owner is whoever set up the server, which no project says.
      addCarried(reading, id, { comment: null, acl: others });
    }
  }
}
