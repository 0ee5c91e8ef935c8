/** What a run would execute, as a script that psql runs. Pure. */
import { identifier } from '../../sql/quote.ts';
import type { HistoryTable } from './history.ts';
import { fullName, type MigrationFile } from './migration-file.ts';

/**
 * What a migration may rely on, whoever runs it: its own schema first, UTC (a bare date in a partition's bound must
 * mean the same everywhere), strings as the standard has them.
 *
 * @returns the settings as statements, without semicolons.
 */
export function migrationSettings(schema: string): string[] {
  const path = [...new Set([schema, 'public'])].map(identifier).join(', ');
  return [`SET search_path = ${path}`, `SET TimeZone = 'UTC'`, 'SET standard_conforming_strings = on'];
}

export interface ScriptStep {
  readonly file: MigrationFile;
  readonly history: HistoryTable;
  /** Whether the schema is not there and is made first. */
  readonly makesSchema?: boolean;
}

/** @returns one step in one direction: the file's own text between its transaction's ends. */
export function scriptOf({ file, history, makesSchema }: ScriptStep, direction: 'up' | 'down'): string {
  const section = file.parsed[direction]!;
  const text = file.text.slice(section.start, section.end).trim();
  const last = section.statements.at(-1);
  const closed =
    last === undefined || /^[^;]*;/.test(withoutComments(file.text.slice(last.end, section.end)));
  const inside = file.parsed.transaction === 'on';
  return [
    `-- ${file.domain}/${fullName(file)} (${file.file})`,
    ...migrationSettings(history.schema).map((setting) => `${setting};`),
    ...(inside ? ['BEGIN;'] : []),
    ...(makesSchema === true ? [`CREATE SCHEMA IF NOT EXISTS ${identifier(history.schema)};`] : []),
    `${text}${closed ? '' : '\n;'}`,
    ...(inside ? ['COMMIT;'] : []),
    'RESET ALL;',
    '',
  ].join('\n');
}

const withoutComments = (text: string) => text.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//g, '');
