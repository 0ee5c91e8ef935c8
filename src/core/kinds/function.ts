/** Functions, window functions and procedures: one kind, because they share one namespace and most of their DDL. */
import { type FunctionId, keyOf, nameOf } from '../model/id.ts';
import type { Hazard } from '../model/statement.ts';
import { draft, type Kind } from './kind.ts';
import { publicPrivileges } from './privileges.ts';

export type FunctionAttributes = {
  readonly routine: 'function' | 'window' | 'procedure';
  /** As pg_get_functiondef prints it, after CREATE OR REPLACE; a body in a string is byte for byte its author's. */
  readonly definition: string;
  readonly language: string;
  /** In the order of the declaration, output parameters too. */
  readonly parameters: readonly Parameter[];
  /** As pg_get_function_result prints it; null for a procedure. */
  readonly returns: string | null;
  readonly securityDefiner: boolean;
};
export type Parameter = {
  /** As in pg_proc.proargmodes: in, out, inout, variadic, table. */
  readonly mode: 'i' | 'o' | 'b' | 'v' | 't';
  /** Empty: it has none. */
  readonly name: string;
  readonly type: string;
  readonly hasDefault: boolean;
};

/** What CREATE OR REPLACE cannot change (PostgreSQL's manual, CREATE FUNCTION, Notes; a parameter may get a name or a default, not lose it). */
function canReplace(before: FunctionAttributes, after: FunctionAttributes): boolean {
  if (before.routine !== after.routine || before.returns !== after.returns) return false;
  if (before.parameters.length !== after.parameters.length) return false;
  return before.parameters.every((parameter, at) => {
    const now = after.parameters[at]!;
    const sameName = parameter.name === now.name || (parameter.name === '' && 'iv'.includes(parameter.mode));
    return (
      sameName &&
      parameter.mode === now.mode &&
      parameter.type === now.type &&
      (now.hasDefault || !parameter.hasDefault)
    );
  });
}

function hazards(id: FunctionId, attrs: FunctionAttributes): readonly Hazard[] {
  if (!attrs.securityDefiner) return [];
  const detail = 'runs with the rights of its owner for whoever may execute it';
  return [{ name: 'access-change', object: nameOf(id), detail }];
}

export const routine: Kind<FunctionId, FunctionAttributes> = {
  name: 'function',
  rank: 45,
  references: ({ id }) => [{ to: { kind: 'schema', name: id.schema }, type: 'normal' }],
  implies: ({ id }) =>
    publicPrivileges('function').map((privilege) => ({
      id: { kind: 'grant', on: id, to: 'public', privilege },
      attrs: { grantable: false },
    })),
  create: ({ id, attrs }) => [
    draft(`CREATE ${attrs.definition}`, { produces: [keyOf(id)], hazards: hazards(id, attrs) }),
  ],
  drop: ({ id, attrs }) => [
    draft(`DROP ${attrs.routine === 'procedure' ? 'PROCEDURE' : 'FUNCTION'} ${nameOf(id)}`, {
      destroys: [keyOf(id)],
    }),
  ],
  alter(_changes, before, { id, attrs }) {
    if (!canReplace(before.attrs, attrs)) return 'replace';
    const more = attrs.securityDefiner && !before.attrs.securityDefiner ? hazards(id, attrs) : [];
    return [draft(`CREATE OR REPLACE ${attrs.definition}`, { produces: [keyOf(id)], hazards: more })];
  },
};
