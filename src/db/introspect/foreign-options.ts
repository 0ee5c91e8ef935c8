/** Options of foreign objects. The server keeps the values of secrets back: they never leave it. */
import { notSecretName, secretName, secretValue } from '../../sql/secret.ts';
import { literal } from '../../sql/quote.ts';

/** SQL: a `text[]` column of options as JSON, `[{ name, value }]` in the order of their names; a secret's value is null. */
export const foreignOptions = (column: string): string =>
  `(select coalesce(json_agg(json_build_object('name', o.option_name, 'value',
      case when o.option_value = '' or ${named} or o.option_value ~* ${literal(secretValue)} then null
        else o.option_value end) order by o.option_name), '[]')
    from pg_options_to_table(${column}) o)`;

const named = `(o.option_name ~* ${literal(secretName)} and o.option_name !~* ${literal(notSecretName)})`;
