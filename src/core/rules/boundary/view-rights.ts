import type { ViewAttributes } from '../../kinds/view.ts';
import type { Rule } from '../../model/finding.ts';
import { nameOf } from '../../model/id.ts';
import { sqlToAlter } from '../fix.ts';
import type { LiveInput } from '../input.ts';
import { listOf } from '../wording.ts';
import { dependencies } from './dependency.ts';

export const viewRights: Rule<LiveInput> = {
  name: 'boundary/view-rights',
  severity: 'warning',
  summary: 'a view reads another domain’s tables with its owner’s rights',
  why: 'Whoever may read the view reads the other domain through it, whatever the grants there say.',
  *check(input) {
    const reads = new Map<string, { readonly dependency: (typeof all)[number]; readonly names: string[] }>();
    const all = dependencies(input).filter(({ as, to }) => as === 'view' && to !== undefined);
    for (const dependency of all) {
      const name = nameOf(dependency.dependent.id);
      const item = reads.get(name) ?? { dependency, names: [] };
      reads.set(name, item);
      item.names.push(nameOf(dependency.referenced));
    }
    for (const [subject, { dependency, names }] of reads) {
      const before = dependency.dependent;
      const { options } = before.attrs as unknown as ViewAttributes;
      if (options.some((option) => /^security_invoker=(true|on|yes|1)$/i.test(option))) continue;
      const kept = options.filter((option) => !option.startsWith('security_invoker='));
      const after = {
        ...before,
        attrs: { ...before.attrs, options: [...kept, 'security_invoker=true'].sort() },
      };
      yield {
        domain: dependency.from.name,
        subject,
        message: `${subject} gives everybody who may read it ${listOf(names)} with its owner's rights`,
        help: 'Set security_invoker on the view, so that its readers need privileges of their own on what it reads.',
        fix: sqlToAlter(before, after, input.live),
      };
    }
  },
};
