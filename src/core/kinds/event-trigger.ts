/** Event triggers: they belong to the whole database, and fire on the DDL of every domain. */
import { identifier, literal, qualified } from '../../sql/quote.ts';
import { type EventTriggerId, type FunctionId, keyOf } from '../model/id.ts';
import { draft, type Draft, type Kind } from './kind.ts';

export interface EventTriggerAttributes {
  readonly event: string;
  /** None: every command of the event. */
  readonly tags: readonly string[];
  readonly functionSchema: string;
  readonly functionName: string;
  readonly enabled: 'origin' | 'replica' | 'always' | 'disabled';
}

const words = {
  origin: 'ENABLE',
  replica: 'ENABLE REPLICA',
  always: 'ENABLE ALWAYS',
  disabled: 'DISABLE',
} as const;

const functionOf = ({ functionSchema, functionName }: EventTriggerAttributes): FunctionId => ({
  kind: 'function',
  schema: functionSchema,
  name: functionName,
  args: '',
});
const enable = (id: EventTriggerId, enabled: EventTriggerAttributes['enabled']): Draft =>
  draft(`ALTER EVENT TRIGGER ${identifier(id.name)} ${words[enabled]}`, { requires: [keyOf(id)] });

export const eventTrigger: Kind<EventTriggerId, EventTriggerAttributes> = {
  name: 'event-trigger',
  // After everything else, whose DDL it would fire on.
  rank: 95,
  references: ({ attrs }) => [{ to: functionOf(attrs), type: 'normal' }],
  create: ({ id, attrs }) => {
    const when = attrs.tags.length === 0 ? '' : `\n  WHEN TAG IN (${attrs.tags.map(literal).join(', ')})`;
    const call = `${qualified(attrs.functionSchema, attrs.functionName)}()`;
    return [
      draft(
        `CREATE EVENT TRIGGER ${identifier(id.name)} ON ${attrs.event}${when}\n  EXECUTE FUNCTION ${call}`,
        { produces: [keyOf(id)] },
      ),
      ...(attrs.enabled === 'origin' ? [] : [enable(id, attrs.enabled)]),
    ];
  },
  drop: ({ id }) => [draft(`DROP EVENT TRIGGER ${identifier(id.name)}`, { destroys: [keyOf(id)] })],
  alter: (changes, _before, { id, attrs }) =>
    changes.some(({ attr }) => attr !== 'enabled') ? 'replace' : [enable(id, attrs.enabled)],
};
