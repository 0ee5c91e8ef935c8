/** The findings about crossings that the manifest does not accept, worded alike for every channel. */
import type { Found } from '../../model/finding.ts';
import { nameOf, schemaOf } from '../../model/id.ts';
import { identifier } from '../../../sql/quote.ts';
import type { LiveInput } from '../input.ts';
import {
  type Dependency,
  type Verdict,
  channelOf,
  declaration,
  dependencies,
  verdictOn,
} from './dependency.ts';

export interface Wording {
  /** `references`, `reads`: what the dependent does to the referenced. */
  readonly verb: string;
  /** `foreign keys across domains`. */
  readonly plural: string;
  /** What to do when it may not stay, starting with a verb: `Drop the constraint`. */
  readonly remedy: string;
  /** What to do instead where the channel is forbidden, starting with a verb. */
  readonly instead: string;
}

/** @param fix SQL that takes the crossing away, where a statement does. */
export function* undeclared(
  input: LiveInput,
  as: Dependency['as'],
  wording: Wording,
  fix: (dependency: Dependency, verdict: Verdict) => readonly string[] = () => [],
): Generator<Found> {
  for (const dependency of dependencies(input)) {
    if (dependency.as !== as) continue;
    const verdict = verdictOn(dependency, input);
    if (verdict.is === 'accepted' || verdict.is === 'declared') continue;
    const { dependent, referenced, from } = dependency;
    yield {
      domain: from.name,
      subject: nameOf(dependent.id),
      discriminator: nameOf(referenced),
      ...say(dependency, verdict, wording),
      fix: fix(dependency, verdict),
      path: 'crossing' in verdict ? verdict.crossing.path : ['domains', from.name],
    };
  }
}

function say(
  dependency: Dependency,
  verdict: Exclude<Verdict, { is: 'accepted' | 'declared' }>,
  { verb, plural, remedy, instead }: Wording,
): Pick<Found, 'message' | 'help'> {
  const { dependent, referenced, from, to, as, onDelete } = dependency;
  const fact = `${nameOf(dependent.id)} ${verb} ${nameOf(referenced)}`;
  const declare = `under domains.${from.name}.crossings: - ${declaration(dependency)}`;
  switch (verdict.is) {
    case 'unclaimed':
      return {
        message: `${fact}, which no domain claims`,
        help: `Declare a domain with schema ${identifier(schemaOf(referenced) ?? '')}, list the schema under unmanaged.schemas, or: ${lowerFirst(remedy)}.`,
      };
    case 'forbidden':
      return {
        message: `${fact} of domain ${to?.name}: ${plural} are forbidden (boundaries.${channelOf[as]})`,
        help: `${remedy}. ${instead}`,
      };
    case 'expired':
      return {
        message: `${fact} of domain ${to?.name}: that was agreed until ${verdict.crossing.until}`,
        help: `${remedy}, or agree on a new date ${declare}`,
      };
    case 'other-action':
      return {
        message: `${fact} of domain ${to?.name} on delete ${onDelete}: declared is on delete ${verdict.crossing.onDelete}`,
        help: `Give the constraint the action that was agreed, or agree on the other ${declare}`,
      };
    default:
      return {
        message: `${fact} of domain ${to?.name}, and domain ${from.name} does not declare it`,
        help: `${remedy}, or declare it ${declare}`,
      };
  }
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
