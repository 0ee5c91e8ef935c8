/**
 * Arrays, by the oids that every server has for their types: the driver would ask each server for all it has, which
 * are two for a table.
 */
import { parse } from 'postgres-array';

type Value = string | number | boolean | null;

const read: readonly (readonly [read: (text: string) => readonly Value[], oids: readonly number[]])[] = [
  // text, name, character, character varying, "char", bigint and numeric (too large for a number here), aclitem, uuid.
  [(text) => parse(text), [1009, 1003, 1014, 1015, 1002, 1016, 1231, 1034, 2951]],
  // smallint, integer, oid, real, double precision.
  [(text) => parse(text, Number), [1005, 1007, 1028, 1021, 1022]],
  [(text) => parse(text, (each) => each === 't'), [1000]],
];

const write = (values: readonly Value[]): string =>
  `{${values.map((value) => (value === null ? 'null' : `"${String(value).replaceAll(/["\\]/g, '\\$&')}"`)).join(',')}}`;

/** For the driver. */
export const arrayTypes = Object.fromEntries(
  read.flatMap(([parsed, oids]) =>
    oids.map((oid) => [oid, { to: oid, from: [oid], serialize: write, parse: parsed }]),
  ),
);
