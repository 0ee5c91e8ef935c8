/** Privileges on what is no entry itself: all but its owner's own. */
import type { ObjectId } from '../../core/model/id.ts';
import { parseAcl } from './acl.ts';
import { type Reading, add } from './reading.ts';

export interface GrantedOn {
  readonly owner: string;
  /** An `aclitem[]` as text. */
  readonly acl: string;
}

export function addGranted(reading: Reading, on: ObjectId, { owner, acl }: GrantedOn): void {
  for (const { to, privilege, grantable, given } of parseAcl(acl)) {
    if (to === owner) continue;
    const isOwners = given.length === 1 && given[0]!.grantor === owner;
    const id = { kind: 'grant', on, to, privilege } as const;
    add(reading, { id, attrs: { grantable }, ...(isOwners ? {} : { aside: { given } }) });
  }
}
