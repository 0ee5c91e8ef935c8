-- dbctl migration: domain quotas
-- transaction: on
-- requires: _cluster@20261121093000000, tenants@20261121093000005

-- Up Migration
CREATE SCHEMA IF NOT EXISTS quotas;

COMMENT ON SCHEMA quotas IS 'Quotas, limites et usage par tenant';

ALTER SCHEMA quotas OWNER TO llmproxy_admin;

GRANT USAGE ON SCHEMA quotas TO llmproxy_app;

GRANT USAGE ON SCHEMA quotas TO llmproxy_reporting;

CREATE TABLE quotas.quota_definitions (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  name character varying(100) NOT NULL,
  description text,
  default_limit bigint NOT NULL,
  reset_period character varying(50) NOT NULL,
  unit character varying(50) NOT NULL,
  CONSTRAINT quota_definitions_pkey PRIMARY KEY (id),
  CONSTRAINT quota_definitions_name_key UNIQUE (name)
);

ALTER TABLE quotas.quota_definitions OWNER TO llmproxy_admin;

GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE quotas.quota_definitions TO llmproxy_app;

GRANT SELECT ON TABLE quotas.quota_definitions TO llmproxy_reporting;

CREATE TABLE quotas.tenant_quotas (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  tenant_id uuid NOT NULL,
  quota_id uuid NOT NULL,
  limit_value bigint NOT NULL,
  current_usage bigint DEFAULT 0 NOT NULL,
  reset_at timestamp with time zone,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT tenant_quotas_pkey PRIMARY KEY (id),
  CONSTRAINT tenant_quotas_tenant_id_quota_id_key UNIQUE (tenant_id, quota_id)
);

ALTER TABLE quotas.tenant_quotas ADD CONSTRAINT fk_tenant_quotas_tenant FOREIGN KEY (tenant_id) REFERENCES tenants.tenants(id) ON DELETE CASCADE;

ALTER TABLE quotas.tenant_quotas ADD CONSTRAINT tenant_quotas_quota_id_fkey FOREIGN KEY (quota_id) REFERENCES quotas.quota_definitions(id);

ALTER TABLE quotas.tenant_quotas OWNER TO llmproxy_admin;

GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE quotas.tenant_quotas TO llmproxy_app;

GRANT SELECT ON TABLE quotas.tenant_quotas TO llmproxy_reporting;

CREATE INDEX idx_tenant_quotas_quota ON quotas.tenant_quotas USING btree (quota_id);

CREATE INDEX idx_tenant_quotas_tenant ON quotas.tenant_quotas USING btree (tenant_id);

ALTER DEFAULT PRIVILEGES FOR ROLE llmproxy_admin IN SCHEMA quotas GRANT DELETE, INSERT, SELECT, UPDATE ON TABLES TO llmproxy_app;

ALTER DEFAULT PRIVILEGES FOR ROLE llmproxy_admin IN SCHEMA quotas GRANT SELECT ON TABLES TO llmproxy_reporting;

ALTER DEFAULT PRIVILEGES FOR ROLE llmproxy_admin IN SCHEMA quotas GRANT USAGE ON SEQUENCES TO llmproxy_app;

-- Down Migration
-- statements:
--   1. ACCESS EXCLUSIVE on quotas.tenant_quotas
--      hazard data-loss quotas.tenant_quotas: drops the table and its rows
--   2. ACCESS EXCLUSIVE on quotas.quota_definitions
--      hazard data-loss quotas.quota_definitions: drops the table and its rows
DROP TABLE quotas.tenant_quotas;

DROP TABLE quotas.quota_definitions;
