/** Text search configurations with their mappings. */
import { nameInSql, readInSchema } from './in-schema.ts';
import type { Reading } from './reading.ts';

export const readTextSearchConfigurations = (reading: Reading): Promise<void> =>
  readInSchema(reading, 'text-search-configuration', {
    catalog: 'pg_ts_config',
    prefix: 'cfg',
    attributes: {
      parser: nameInSql('pn.nspname', 'p.prsname'),
      mappings: `(select coalesce(json_object_agg(t.alias, m.dictionaries order by t.tokid), '{}')
        from ts_token_type(o.cfgparser) t join (select m.maptokentype as tokid,
            json_agg(${nameInSql('dn.nspname', 'd.dictname')} order by m.mapseqno) as dictionaries
          from pg_ts_config_map m join pg_ts_dict d on d.oid = m.mapdict join pg_namespace dn on dn.oid = d.dictnamespace
          where m.mapcfg = o.oid group by m.maptokentype) m using (tokid))`,
    },
    joins: 'join pg_ts_parser p on p.oid = o.cfgparser join pg_namespace pn on pn.oid = p.prsnamespace',
  });
