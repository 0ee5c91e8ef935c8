/** What keeps a YAML file from being read: syntax, keys and aliases, each with its place and what to do. */
import { isAlias, isMap, isScalar, isSeq, visit, type Document, type Node, type YAMLError } from 'yaml';

/** A problem, by offsets in the text. */
export interface YamlProblem {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly help: string;
}

/** A file's keys and values, or what is wrong with it. */
export type Read =
  | { readonly content: Readonly<Record<string, unknown>> }
  | { readonly problems: readonly YamlProblem[] };

/** Aliases of aliases grow without bound. */
const mostAliases = 100;

/** @returns what a parsed document says, aliases followed, or every reason why it cannot be said. */
export function readContent(document: Document, lineOf: (offset: number) => number): Read {
  const problems = [...syntaxProblems(document), ...nodeProblems(document, lineOf)];
  if (problems.length > 0) return { problems };
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: mostAliases });
  } catch {
    const [start, end] = lastAlias(document)?.range ?? [0, 0];
    const help = 'Write out what the aliases stand for.';
    return { problems: [{ start, end, message: 'there are too many aliases of aliases', help }] };
  }
  if (content === null || content === undefined) return { content: {} };
  if (typeof content === 'object' && !Array.isArray(content))
    return { content: content as Record<string, unknown> };
  const start = document.contents?.range?.[0] ?? 0;
  const help = 'Begin with version: 1 and name:, as dbctl init writes them.';
  return { problems: [{ start, end: start, message: 'a manifest is a map of keys', help }] };
}

/** The first: what the parser says after it is guesswork. */
function syntaxProblems({ errors: [first] }: Document): YamlProblem[] {
  return first === undefined ? [] : [{ start: first.pos[0], end: first.pos[1], ...toldOf(first) }];
}

/** The parser's messages may quote any part of the text, and a password in it: what they quote is left out. */
function toldOf({ code, message }: YAMLError): { message: string; help: string } {
  switch (code) {
    case 'TAB_AS_INDENT':
      return {
        message: 'a tab is no indentation',
        help: 'Indent with spaces: YAML does not allow tabs there.',
      };
    case 'MULTIPLE_DOCS':
      return {
        message: 'a second YAML document begins here; a manifest is one',
        help: 'Delete the line `---`, or put what follows into a file of its own and include it.',
      };
    default:
      return {
        message: message.replace(/ in YAML stream: .*$/s, '').replace(/: ".*$/s, ''),
        help: 'Mend the YAML here; everything after it is not read.',
      };
  }
}

/** What the parser lets pass, and a manifest cannot mean. */
function nodeProblems(document: Document, lineOf: (offset: number) => number): YamlProblem[] {
  const problems: YamlProblem[] = [];
  const add = (node: Node | null | undefined, message: string, help: string) => {
    const [start, end] = node?.range ?? [0, 0];
    problems.push({ start, end, message, help });
  };
  visit(document, {
    Alias(_, alias) {
      const { source } = alias;
      if (alias.resolve(document) === undefined)
        add(
          alias,
          `there is no anchor &${source} before the alias *${source}`,
          `Put &${source} before what it stands for, or quote the text if you mean an asterisk: YAML reads * as an alias.`,
        );
    },
    Map(_, { items }) {
      const first = new Map<string, Node>();
      for (const { key } of items) {
        if (!isScalar(key) || key.source === '<<') continue;
        const name = String(key.source ?? key.value);
        const before = first.get(name);
        if (before === undefined) first.set(name, key);
        else
          add(
            key,
            `the key \`${name}\` is there twice: here, and in line ${lineOf(before.range?.[0] ?? 0)}`,
            'Keep one of the two; of two equal keys one would be lost.',
          );
      }
    },
    Pair(_, { key, value }) {
      if (isMap(key) || isSeq(key) || isAlias(key))
        add(key, 'a key is a name', 'Write a name before the colon, without brackets.');
      else if (isScalar(key) && key.source === '<<' && !mergeable(value as Node | null, document))
        add(key, 'only maps can be merged', 'Write a map, or an alias of one, after `<<:`.');
    },
  });
  return problems;
}

function mergeable(value: Node | null, document: Document): boolean {
  if (isAlias(value)) return isMap(value.resolve(document));
  return isMap(value) || (isSeq(value) && value.items.every((item) => mergeable(item as Node, document)));
}

function lastAlias(document: Document): Node | undefined {
  let last: Node | undefined;
  visit(document, { Alias: (_, alias) => void (last = alias) });
  return last;
}
