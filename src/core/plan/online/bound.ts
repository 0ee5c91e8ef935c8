/**
 * A partition's bound as a condition on rows, such that the server finds its own constraint implied by it: the same
 * tests, put together as in get_qual_for_list, get_qual_for_range and get_qual_for_hash of its partbounds.c.
 */
import { literal } from '../../../sql/quote.ts';

/** PARTITION BY, taken apart. */
export interface PartitionKey {
  readonly strategy: 'LIST' | 'RANGE' | 'HASH';
  /** Columns and expressions, as SQL. */
  readonly items: readonly string[];
}

/** @param text as pg_get_partkeydef prints it. @returns undefined where its comparisons are not those that its types have anyway. */
export function partitionKeyOf(text: string): PartitionKey | undefined {
  const match = /^(LIST|RANGE|HASH) \(([^]*)\)$/.exec(text);
  if (match === null) return undefined;
  const items = listed(match[2]!);
  const isPlain = (item: string) =>
    /^(?:(?:"(?:[^"]|"")*"|[\w$]+)|(?:(?:"(?:[^"]|"")*"|[\w$.])+)?\([^]*\))$/.test(item);
  if (!items.every((item) => isPlain(bare(item)))) return undefined;
  return { strategy: match[1] as PartitionKey['strategy'], items };
}

/**
 * @param bound as pg_get_expr prints it; not `DEFAULT`.
 * @param parent the partitioned table, as SQL writes it.
 * @returns the condition, or undefined where there is none to write.
 */
export function conditionOf(key: PartitionKey, bound: string, parent: string): string | undefined {
  switch (key.strategy) {
    case 'LIST':
      return listCondition(key.items[0]!, [bound]);
    case 'RANGE': {
      const within = rangeCondition(key.items, bound);
      return within === undefined ? undefined : allOf([...present(key.items), ...within]);
    }
    case 'HASH': {
      const match = /^FOR VALUES WITH \(modulus (\d+), remainder (\d+)\)$/i.exec(bound);
      if (match === null) return undefined;
      return `satisfies_hash_partition(${literal(parent)}::regclass, ${match[1]}, ${match[2]}, ${key.items.join(', ')})`;
    }
  }
}

/** @param bounds of all other partitions. @returns what the rows of a default partition are like; undefined: there is nothing to write. */
export function defaultCondition(key: PartitionKey, bounds: readonly string[]): string | undefined {
  if (key.strategy === 'LIST') {
    const condition = listCondition(key.items[0]!, bounds);
    return condition === undefined ? undefined : `NOT ${condition}`;
  }
  const ranges = bounds.map((bound) => rangeCondition(key.items, bound));
  const others = ranges.flatMap((range) => (range === undefined || range.length === 0 ? [] : [allOf(range)]));
  if (others.length < bounds.length) return undefined;
  return `NOT ${allOf([...present(key.items), `(${others.join(' OR ')})`])}`;
}

const collated = / COLLATE (?:(?:"(?:[^"]|"")*"|[\w$]+)\.)?(?:"(?:[^"]|"")*"|[\w$]+)$/;
/** Whether something is null does not hang on its collation, and the server does not ask by it. */
const bare = (item: string): string => item.replace(collated, '');

const allOf = (conditions: readonly string[]) => `(${conditions.join(' AND ')})`;
const present = (items: readonly string[]) => items.map((item) => `${bare(item)} IS NOT NULL`);

/** Beyond so many the server takes a list as a whole, in its own order (MAX_SAOP_ARRAY_SIZE in predtest.c). */
const mostValues = 100;

function listCondition(item: string, bounds: readonly string[]): string | undefined {
  const values = bounds.flatMap((bound) => {
    const match = /^FOR VALUES IN \(([^]*)\)$/.exec(bound);
    return match === null ? [] : listed(match[1]!);
  });
  const plain = values.filter((value) => value !== 'NULL').map(asText);
  if (values.length === 0 || (bounds.length > 1 && plain.length > mostValues)) return undefined;
  const isNull = `${bare(item)} IS NULL`;
  const among = `${item} IN (${plain.join(', ')})`;
  if (plain.length === values.length) return `(${bare(item)} IS NOT NULL AND ${among})`;
  return plain.length === 0 ? `(${isNull})` : `(${isNull} OR ${among})`;
}

/** @returns the conditions, but for those that nothing is null. */
function rangeCondition(items: readonly string[], bound: string): string[] | undefined {
  const match = /^FOR VALUES FROM \(([^]*)\) TO \(([^]*)\)$/.exec(bound);
  const [lower, upper] = match === null ? [[], []] : [listed(match[1]!), listed(match[2]!)];
  if (lower.length !== items.length || upper.length !== items.length) return undefined;
  // Columns in front that can have one value only.
  let same = 0;
  while (same < items.length && lower[same] === upper[same] && !isEnd(lower[same]!)) same += 1;
  return [
    ...items.slice(0, same).map((item, at) => `${item} = ${asText(lower[at]!)}`),
    ...arms(items, lower, same, '>', 'MINVALUE'),
    ...arms(items, upper, same, '<', 'MAXVALUE'),
  ];
}

const isEnd = (value: string) => value === 'MINVALUE' || value === 'MAXVALUE';

/** `a > 1 OR a = 1 AND b >= 2`, for one end of a range. @param open the end on this side, beyond which there is nothing. */
function arms(
  items: readonly string[],
  values: readonly string[],
  start: number,
  comparison: '<' | '>',
  open: string,
): string[] {
  const found: string[] = [];
  const equal: string[] = [];
  for (let at = start; at < items.length && !isEnd(values[at]!); at += 1) {
    const next = values[at + 1];
    // A lower bound is in its range, an upper one is not.
    const isIn = next === undefined ? comparison === '>' : next === open;
    const value = asText(values[at]!);
    const last = `${items[at]} ${comparison}${isIn ? '=' : ''} ${value}`;
    found.push(equal.length === 0 ? last : allOf([...equal, last]));
    equal.push(`${items[at]} = ${value}`);
  }
  return found.length === 0 ? [] : found.length === 1 ? found : [`(${found.join(' OR ')})`];
}

/** A value takes on the type that it is compared with: a number, written bare, would bring its own. */
const asText = (value: string): string =>
  value.startsWith("'") || value.startsWith('E') ? value : literal(value);

/** @returns the parts between commas, but for those in strings, names and parentheses. */
function listed(text: string): string[] {
  const parts: string[] = [];
  let [depth, start] = [0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at]!;
    if (letter === "'" || letter === '"') at = text.indexOf(letter, at + 1);
    else if (letter === '(') depth += 1;
    else if (letter === ')') depth -= 1;
    else if (letter === ',' && depth === 0) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
    if (at < 0) return [];
  }
  return [...parts, text.slice(start).trim()];
}
