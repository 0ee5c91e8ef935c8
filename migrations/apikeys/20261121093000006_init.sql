-- dbctl migration: domain apikeys
-- transaction: on
-- requires: _cluster@20261121093000000, tenants@20261121093000005

-- Up Migration
CREATE SCHEMA IF NOT EXISTS apikeys;

COMMENT ON SCHEMA apikeys IS 'Gestion des clés API et leur cycle de vie';

ALTER SCHEMA apikeys OWNER TO llmproxy_admin;

GRANT USAGE ON SCHEMA apikeys TO llmproxy_app;

CREATE TABLE apikeys.api_keys (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  tenant_id uuid NOT NULL,
  name character varying(255) NOT NULL,
  key_hash character varying(255) NOT NULL,
  key_prefix character varying(10) NOT NULL,
  scopes jsonb DEFAULT '["*"]'::jsonb NOT NULL,
  rate_limit_per_minute integer,
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  status character varying(50) DEFAULT 'active'::character varying NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT api_keys_pkey PRIMARY KEY (id),
  CONSTRAINT api_keys_key_hash_key UNIQUE (key_hash)
);

ALTER TABLE apikeys.api_keys ADD CONSTRAINT fk_api_keys_tenant FOREIGN KEY (tenant_id) REFERENCES tenants.tenants(id) ON DELETE CASCADE;

ALTER TABLE apikeys.api_keys OWNER TO llmproxy_admin;

GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE apikeys.api_keys TO llmproxy_app;

CREATE INDEX idx_api_keys_prefix ON apikeys.api_keys USING btree (key_prefix);

CREATE INDEX idx_api_keys_tenant ON apikeys.api_keys USING btree (tenant_id);

ALTER DEFAULT PRIVILEGES FOR ROLE llmproxy_admin IN SCHEMA apikeys GRANT DELETE, INSERT, SELECT, UPDATE ON TABLES TO llmproxy_app;

ALTER DEFAULT PRIVILEGES FOR ROLE llmproxy_admin IN SCHEMA apikeys GRANT USAGE ON SEQUENCES TO llmproxy_app;

-- Down Migration
-- statements:
--   1. ACCESS EXCLUSIVE on apikeys.api_keys
--      hazard data-loss apikeys.api_keys: drops the table and its rows
DROP TABLE apikeys.api_keys;
