/** Languages made by hand, and who may use those of the server. Those of extensions are read with the extensions. */
import type { LanguageAttributes } from '../../core/kinds/language.ts';
import { addDifferences } from './extension.ts';
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
      attrs: LanguageAttributes;
      owner: string;
      acl: string;
      came: string;
    } & Carried)[]
  >`
    select o.oid::int8::float8 as oid, o.lanname as name, o.oid >= 16384 as made,
      ${sql.unsafe(attributes)} as attrs, pg_get_userbyid(o.lanowner) as owner,
      coalesce(o.lanacl, acldefault('l', o.lanowner))::text as acl, acldefault('l', o.lanowner)::text as came,
      obj_description(o.oid, 'pg_language') as comment
    from pg_language o where ${sql.unsafe(notOfExtension('pg_language', 'o.oid'))}`;
  for (const { oid, name, made, attrs, came, ...carried } of rows) {
    const id = { kind: 'language', name } as const;
    if (made) {
      add(reading, { id, attrs }, address('pg_language', oid));
      addCarried(reading, id, carried);
    } else if (!addDifferences(reading, id, { ...carried, came }))
      reading.notAnalysed.push({
        object: `privileges on language ${name}`,
        schema: null,
        why: 'they differ from those that the server came with, in a way that is not modelled',
      });
  }
}
