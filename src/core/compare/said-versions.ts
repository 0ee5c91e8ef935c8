/** Which extensions an SQL text asks for in a version: of the others, any will do. */
import { type Catalog, catalog, edgeSource } from '../model/catalog.ts';

const name = String.raw`("(?:[^"]|"")+"|[\w$]+)`;
const forms = [
  new RegExp(String.raw`^create\s+extension\s+(?:if\s+not\s+exists\s+)?${name}[^;]*\bversion\b`, 'i'),
  new RegExp(String.raw`^alter\s+extension\s+${name}\s+update\s+to\b`, 'i'),
];

/** @returns the catalog that the statements made, in which a version that one of them names is not any version. */
export function withSaidVersions(made: Catalog, statements: readonly { readonly sql: string }[]): Catalog {
  const said = new Set<string>();
  for (const { sql } of statements)
    for (const form of forms) {
      const written = form.exec(sql)?.[1];
      if (written === undefined) continue;
      said.add(written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written.toLowerCase());
    }
  if (said.size === 0) return made;
  const entries = [...made.entries.values()].map((entry) =>
    entry.id.kind === 'extension' && said.has(entry.id.name)
      ? { ...entry, aside: { ...entry.aside, isDefault: false } }
      : entry,
  );
  return catalog(made.source, made.serverVersion, entries, edgeSource(made), made.notAnalysed);
}
