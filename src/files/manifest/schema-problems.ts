/** The manifest against its JSON Schema: ajv's errors, each as one sentence with what to write instead. */
import { type ErrorObject } from 'ajv';
import { closest } from '../../core/closest.ts';
import type { ManifestPath } from '../../core/manifest/manifest.ts';
import type { Part } from './source.ts';
import { validate } from './validate.ts';

export interface SchemaProblem {
  readonly path: ManifestPath;
  readonly part: Part;
  readonly message: string;
  readonly help: string;
  /** What was probably meant: another key or another value. */
  readonly meant?: string;
  /** The fault is that there is no such key. */
  readonly unknownKey?: boolean;
}

/** @param textAt the value as written, so that no value from the environment is shown. */
export function schemaProblems(
  data: unknown,
  textAt: (path: ManifestPath) => string | undefined,
): SchemaProblem[] {
  if (validate(data)) return [];
  const errors = validate.errors!.filter(
    ({ keyword }) => !['if', 'anyOf', 'oneOf', 'not', 'allOf', 'propertyNames'].includes(keyword),
  );
  const told = errors.length > 0 ? errors : validate.errors!;
  // Of a key that is misspelt, not that it is missing as well.
  const meant = new Set(told.flatMap((error) => meantKey(error) ?? []));
  return told
    .filter(({ keyword, instancePath, params }) =>
      keyword === 'required' ? !meant.has(`${instancePath}/${String(params['missingProperty'])}`) : true,
    )
    .map((error) => problemOf(error, data, textAt));
}

/** @returns of an unknown key, the pointer to the key that it resembles. */
function meantKey({ keyword, instancePath, params, parentSchema }: ErrorObject): string | undefined {
  if (keyword !== 'additionalProperties') return undefined;
  const known = Object.keys((parentSchema?.['properties'] ?? {}) as object);
  const near = closest(String(params['additionalProperty']), known);
  return near === undefined ? undefined : `${instancePath}/${near}`;
}

function problemOf(
  error: ErrorObject,
  data: unknown,
  textAt: (path: ManifestPath) => string | undefined,
): SchemaProblem {
  const path = pathOf(error.instancePath, data);
  const name = path.at(-1);
  const parent = error.parentSchema as {
    properties?: Record<string, unknown>;
    examples?: unknown[];
    description?: string;
    items?: unknown;
  };
  const example = parent.examples?.[0];
  const forExample = example === undefined ? '' : ` For example: ${text(example)}.`;
  const written = textAt(path);
  switch (error.keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const key = String(error.params['additionalProperty'] ?? error.params['unevaluatedProperty']);
      const known = Object.keys(parent.properties ?? {});
      const near = closest(key, known);
      return {
        path: [...path, key],
        part: 'key',
        message: `unknown key \`${key}\`${near === undefined ? '' : ` — did you mean \`${near}\`?`}`,
        help: near === undefined ? `Write one of: ${known.join(', ')}.` : `Write \`${near}\`.`,
        unknownKey: true,
        ...(near === undefined ? {} : { meant: near }),
      };
    }
    case 'required': {
      const key = String(error.params['missingProperty']);
      return {
        path,
        part: 'key',
        message: `the key \`${key}\` is missing`,
        help: `Add \`${key}:\`.${describe(parent.properties?.[key])}`,
      };
    }
    case 'enum': {
      const allowed = (error.params['allowedValues'] as unknown[]).map(String);
      const near = written === undefined ? undefined : closest(written, allowed);
      return {
        path,
        part: 'value',
        message: `\`${written ?? name}\` is no value of \`${name}\`${near === undefined ? '' : ` — did you mean \`${near}\`?`}`,
        help:
          near === undefined
            ? `Write one of: ${allowed.join(', ')}.`
            : `Write \`${near}\` (or one of: ${allowed.join(', ')}).`,
        ...(near === undefined ? {} : { meant: near }),
      };
    }
    case 'const':
      return {
        path,
        part: 'value',
        message: `\`${name}\` must be ${text(error.params['allowedValue'])}`,
        help: `Write \`${name}: ${text(error.params['allowedValue'])}\`.`,
      };
    case 'type': {
      const wanted = ([] as string[]).concat(error.params['type'] as string | string[]);
      return {
        path,
        part: 'value',
        message: `\`${name ?? 'the manifest'}\` must be ${wanted.map((type) => typeNames[type] ?? type).join(' or ')}`,
        help: `Write ${wanted.map((type) => typeNames[type] ?? type).join(' or ')} here.${forExample}`,
      };
    }
    case 'minLength':
    case 'minItems': {
      const inKey = error.propertyName !== undefined;
      return {
        path: inKey ? [...path, ''] : path,
        part: inKey ? 'key' : 'value',
        message: inKey ? `a name in \`${name}\` is empty` : `\`${name}\` is empty`,
        help: advice(parent, 'Write a name.'),
      };
    }
    case 'pattern':
      return {
        path,
        part: 'value',
        message: `\`${written ?? name}\` is no value of \`${name}\``,
        help: advice(parent, `Write what matches ${String(error.params['pattern'])}.`),
      };
    case 'minimum':
      return {
        path,
        part: 'value',
        message: `\`${name}\` must be ${String(error.params['limit'])} or more`,
        help: advice(parent, 'Write a greater number.'),
      };
    default:
      return {
        path,
        part: 'value',
        message: `\`${name ?? 'the manifest'}\` ${error.message ?? 'is not valid'}`,
        help: advice(parent, 'Change it.'),
      };
  }
}

/** @returns the first example and what the schema says of it; `otherwise` where there is no example. */
function advice(
  { description = '', examples = [] }: { description?: string; examples?: readonly unknown[] },
  otherwise: string,
): string {
  const [first] = examples;
  if (first === undefined) return description === '' ? otherwise : description;
  return `Write for example ${text(first)}. ${description}`.trim();
}

const typeNames: Readonly<Record<string, string>> = {
  object: 'a map',
  array: 'a list',
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  null: 'empty',
};
const text = (value: unknown): string => (typeof value === 'string' ? `\`${value}\`` : JSON.stringify(value));

function describe(property: unknown): string {
  const description = (property as { description?: string } | undefined)?.description;
  return description === undefined ? '' : ` ${description}`;
}

/** A JSON pointer as a path: the steps through lists are numbers. */
function pathOf(pointer: string, data: unknown): ManifestPath {
  const path: (string | number)[] = [];
  let value = data;
  for (const part of pointer.split('/').slice(1)) {
    const step = part.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(value) ? Number(step) : step);
    value = (value as Record<string, unknown> | undefined)?.[step];
  }
  return path;
}
