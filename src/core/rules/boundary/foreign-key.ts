import type { ConstraintAttributes } from '../../kinds/constraint.ts';
import type { ReferentialAction } from '../../manifest/manifest.ts';
import type { Rule } from '../../model/finding.ts';
import { sqlToCreate, sqlToDrop } from '../fix.ts';
import type { LiveInput } from '../input.ts';
import { undeclared } from './undeclared.ts';

export const foreignKey: Rule<LiveInput> = {
  name: 'boundary/foreign-key',
  severity: 'error',
  summary: 'a foreign key leaves its domain, undeclared or otherwise than declared',
  why: 'It ties two domains together in every write, and the one cannot be moved, restored or migrated without the other.',
  check: (input) =>
    undeclared(
      input,
      'foreign-key',
      {
        verb: 'references',
        plural: 'foreign keys across domains',
        remedy: 'Drop the constraint',
        instead: 'Keep the column, and declare it under the domain’s references.',
      },
      ({ dependent }, verdict) => {
        const drop = sqlToDrop([dependent], input.live);
        if (verdict.is !== 'other-action') return drop;
        const { definition } = dependent.attrs as unknown as ConstraintAttributes;
        const agreed = withAction(definition, verdict.crossing.onDelete ?? 'no action');
        return [
          ...drop,
          ...sqlToCreate([{ ...dependent, attrs: { ...dependent.attrs, definition: agreed } }], input.live),
        ];
      },
    ),
};

/** A foreign key's definition, as pg_get_constraintdef prints it, with another ON DELETE. */
function withAction(definition: string, action: ReferentialAction): string {
  const clause = action === 'no action' ? '' : ` ON DELETE ${action.toUpperCase()}`;
  return definition.replace(
    /(?: ON DELETE (?:CASCADE|RESTRICT|SET NULL|SET DEFAULT)(?: \([^)]*\))?)?((?: DEFERRABLE| INITIALLY DEFERRED| NOT ENFORCED| NOT VALID)*)$/,
    `${clause}$1`,
  );
}
