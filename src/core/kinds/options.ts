/** Lists of options as the catalog keeps them, `name=value`, sorted: storage parameters, options of views. */
import { identifier, literal } from '../../sql/quote.ts';

/** @returns ` WITH (…)` on a line of its own, or nothing where there are none. */
export function withOptions(options: readonly string[]): string {
  return options.length === 0 ? '' : `\nWITH (${options.map(storageParameter).join(', ')})`;
}

/** @returns the actions of ALTER … that turn one list into the other: `RESET (…)`, `SET (…)`. */
export function optionActions(before: readonly string[], after: readonly string[]): string[] {
  const nameOf = (option: string) => option.slice(0, option.indexOf('='));
  const kept = new Set(after.map(nameOf));
  const gone = before.map(nameOf).filter((name) => !kept.has(name));
  const set = after.filter((option) => !before.includes(option)).map(storageParameter);
  const names = gone.map((name) => name.split('.').map(identifier).join('.'));
  return [
    ...(names.length === 0 ? [] : [`RESET (${names.join(', ')})`]),
    ...(set.length === 0 ? [] : [`SET (${set.join(', ')})`]),
  ];
}

/** `fillfactor=70` as the catalog has it → as SQL writes it. */
export function storageParameter(option: string): string {
  const at = option.indexOf('=');
  const [name, value] = [option.slice(0, at), option.slice(at + 1)];
  const parts = name.split('.').map(identifier).join('.');
  return /^([0-9.]+|true|false|on|off)$/i.test(value) ? `${parts}=${value}` : `${parts}=${literal(value)}`;
}
