-- dbctl migration: domain tenants
-- transaction: on
-- requires: _cluster@20261121093000000

-- Up Migration
CREATE SCHEMA IF NOT EXISTS tenants;

COMMENT ON SCHEMA tenants IS 'Gestion des organisations clientes et leur configuration';

ALTER SCHEMA tenants OWNER TO llmproxy_admin;

GRANT USAGE ON SCHEMA tenants TO llmproxy_app;

CREATE TABLE tenants.tenant_contacts (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  tenant_id uuid NOT NULL,
  type character varying(50) NOT NULL,
  email character varying(255) NOT NULL,
  name character varying(255),
  phone character varying(50),
  CONSTRAINT tenant_contacts_pkey PRIMARY KEY (id)
);

ALTER TABLE tenants.tenant_contacts OWNER TO llmproxy_admin;

GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE tenants.tenant_contacts TO llmproxy_app;

CREATE TABLE tenants.tenants (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  name character varying(255) NOT NULL,
  slug character varying(100) NOT NULL,
  status character varying(50) DEFAULT 'active'::character varying NOT NULL,
  settings jsonb DEFAULT '{}'::jsonb NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT tenants_pkey PRIMARY KEY (id),
  CONSTRAINT tenants_slug_key UNIQUE (slug)
);

ALTER TABLE tenants.tenant_contacts ADD CONSTRAINT tenant_contacts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants.tenants(id);

ALTER TABLE tenants.tenants OWNER TO llmproxy_admin;

GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE tenants.tenants TO llmproxy_app;

CREATE INDEX idx_tenant_contacts_tenant ON tenants.tenant_contacts USING btree (tenant_id);

ALTER DEFAULT PRIVILEGES FOR ROLE llmproxy_admin IN SCHEMA tenants GRANT DELETE, INSERT, SELECT, UPDATE ON TABLES TO llmproxy_app;

ALTER DEFAULT PRIVILEGES FOR ROLE llmproxy_admin IN SCHEMA tenants GRANT USAGE ON SEQUENCES TO llmproxy_app;

-- Down Migration
-- statements:
--   1. ACCESS EXCLUSIVE on tenants.tenant_contacts
--      hazard data-loss tenants.tenant_contacts: drops the table and its rows
--   2. ACCESS EXCLUSIVE on tenants.tenants
--      hazard data-loss tenants.tenants: drops the table and its rows
DROP TABLE tenants.tenant_contacts;

DROP TABLE tenants.tenants;
