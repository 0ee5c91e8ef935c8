/**
 * Arrays, by the oids that every server has for their types: the driver would ask each server for all it has, which
 * are two for a table.
 */
import { parse as parseArray } from 'postgres-array';

/** Of what is text, and of what is a number. */
const [texts, numbers] = [
  // text, name, character varying, bigint: too large for a number here.
  [1009, 1003, 1015, 1016],
  // smallint, integer, oid.
  [1005, 1007, 1028],
];

const serialize = (values: readonly (string | number | null)[]): string =>
  `{${values.map((value) => (value === null ? 'null' : `"${String(value).replaceAll(/["\\]/g, '\\$&')}"`)).join(',')}}`;

/** For the driver. */
export const arrayTypes = Object.fromEntries(
  [...texts, ...numbers].map((oid) => [
    oid,
    {
      to: oid,
      from: [oid],
      serialize,
      parse: (text: string) => (numbers.includes(oid) ? parseArray(text, Number) : parseArray(text)),
    },
  ]),
);
