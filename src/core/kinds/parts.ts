/** What the parts of a table are like. The kinds and what they share know it from here, so that none needs another for it. */
import type { ColumnSettings } from './column-settings.ts';
import type { ForeignOption } from './foreign-options.ts';
import type { Identity } from './identity.ts';

export type NotNullAttributes = {
  readonly notNull: boolean;
  /** What is not usual of the constraint; null: nothing, or no constraint. */
  readonly notNullConstraint: null | NotNullConstraint;
};
export type NotNullConstraint = {
  /** null: `<table>_<column>_not_null`. */
  readonly name: string | null;
  readonly inherits: boolean;
  readonly valid: boolean;
};

export interface ColumnAttributes extends ColumnSettings, NotNullAttributes {
  /** As format_type prints it under an empty search_path: `character varying(255)`. */
  readonly type: string;
  /** Qualified; null for the type's own. */
  readonly collation: string | null;
  readonly identity: null | Identity;
  /** Of a foreign table's column. */
  readonly foreignOptions?: readonly ForeignOption[];
}

export interface DefaultAttributes {
  /** As pg_get_expr prints it under an empty search_path. `NULL`: none, where the one of the parent would be. */
  readonly expression: string;
  /** null: a plain default. */
  readonly generated: null | 'stored' | 'virtual';
}

export interface PartitionAttributes {
  readonly parentSchema: string;
  readonly parentTable: string;
  /** As pg_get_expr prints it: `FOR VALUES FROM (…) TO (…)`, `DEFAULT`. */
  readonly bound: string;
  /** The names of inherited NOT NULL constraints that are not the parent's, by column (from 18). */
  readonly notNullNames: { readonly [column: string]: string };
}

export interface OfTypeAttributes {
  /** As SQL writes it: `shop.person`. */
  readonly type: string;
}

/** Of storage and compression, null: as at the parent. */
export type InheritedColumnAttributes = ColumnSettings & NotNullAttributes;

export interface IndexAttributes {
  readonly table: string;
  /** As pg_get_indexdef prints it: the whole CREATE INDEX. */
  readonly definition: string;
}
