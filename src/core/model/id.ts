/** Identity: what there is to be called, as what string, and where it belongs. */
export type * from './id/ids.ts';
export * from './id/key.ts';
export * from './id/place.ts';
export * from './id/relation.ts';
