/** What sessions in this database begin with: everybody's, or a role's. */
import { type Reading, add } from './reading.ts';

export async function readDatabaseSettings(reading: Reading): Promise<void> {
  const rows = await reading.sql<{ role: string | null; settings: string[] }[]>`
    select case when setrole <> 0 then pg_get_userbyid(setrole) end as role, setconfig as settings
    from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
    where datname = current_database()`;
  for (const { role, settings } of rows)
    for (const setting of settings) {
      const at = setting.indexOf('=');
      const id = { kind: 'database-setting', role, name: setting.slice(0, at) } as const;
      add(reading, { id, attrs: { value: setting.slice(at + 1) } });
    }
}
