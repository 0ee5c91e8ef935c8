/**
 * Expressions on the columns of a table, which the server keeps by number. To print one it opens the table that it is
 * given for the names, and in a large database that takes longest of all. So it is given one and the same for all, and
 * the names are put in here; then, too, what many tables have is printed but once.
 */

/** A system catalog that is always there, whose columns have names that nothing else in an expression has. */
const standIn = `'pg_catalog.pg_statistic'::regclass`;
const slots = ['stakind', 'staop', 'stacoll', 'stanumbers', 'stavalues'];
/** In the order of their numbers, in every major. */
const standIns: readonly string[] = [
  'starelid',
  'staattnum',
  'stainherit',
  'stanullfrac',
  'stawidth',
  'stadistinct',
  ...slots.flatMap((slot) => Array.from({ length: 5 }, (_, at) => `${slot}${at + 1}`)),
];
const numbers = new Map(standIns.map((name, at) => [name, at]));

/** The whole row (by the table's name), and what gives a name of its own: of an argument, an XML element, a JSON variable. */
const others = `pg_statistic|=>| AS |NAME `;

/**
 * SQL: a join that has an expression as `alias.told`, and nothing where the table has more columns than the one that stands in.
 * @param tree of a catalog, as it is kept. @param columns how many the table has.
 */
export const printedAs = (alias: string, tree: string, columns: string): string =>
  // OFFSET keeps it a relation of its own: those the planner keeps answers of.
  `left join lateral (select pg_get_expr(${tree}, ${standIn}) as told where ${columns} <= ${standIns.length} offset 0) ${alias} on true`;

/** SQL: that an expression that was printed so can be told with other names; null where it was not printed. */
export const isNameable = (told: string): string => `${told} !~ '${others}'`;

/** Strings and quoted names, which are left alone, or a column: it has no schema before it, and is no schema or function. */
const token = /'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<![.\w$])sta[a-z]+\d?(?![\w$.(])/g;

/**
 * @param told an expression that is nameable, as it was printed.
 * @param columns the names of the table's, as SQL writes them, by number less one.
 */
export const named = (told: string, columns: readonly string[]): string =>
  told.replace(token, (found) => {
    const number = numbers.get(found);
    return number === undefined ? found : columns[number]!;
  });
