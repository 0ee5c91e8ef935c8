/** DEPENDS ON EXTENSION, of routines, indexes, materialized views and triggers. */
import { identifier } from '../../sql/quote.ts';
import { type ExtensionDependencyId, keyOf } from '../model/id.ts';
import { draft, type Draft, type Kind } from './kind.ts';
import { objectClause, relationLock } from './object.ts';

const alter = ({ on, extension }: ExtensionDependencyId, verb: string, rest: Partial<Draft>): Draft =>
  draft(`ALTER ${objectClause(on)} ${verb} ON EXTENSION ${identifier(extension)}`, {
    locks: on.kind === 'trigger' ? [] : relationLock(on, 'ACCESS EXCLUSIVE'),
    ...rest,
  });

export const extensionDependency: Kind<ExtensionDependencyId> = {
  name: 'extension-dependency',
  rank: 78,
  references: ({ id }) => [
    { to: id.on, type: 'auto' },
    { to: { kind: 'extension', name: id.extension }, type: 'normal' },
  ],
  create: ({ id }) => [alter(id, 'DEPENDS', { produces: [keyOf(id)] })],
  drop: ({ id }) => [alter(id, 'NO DEPENDS', { destroys: [keyOf(id)] })],
  alter: () => [],
};
