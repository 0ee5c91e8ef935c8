-- dbctl migration: domain auth
-- transaction: on
-- requires: _cluster@20261121093000000, tenants@20261121093000005

-- Up Migration
CREATE SCHEMA IF NOT EXISTS auth;

COMMENT ON SCHEMA auth IS 'Identités, credentials, roles et permissions';

ALTER SCHEMA auth OWNER TO llmproxy_admin;

GRANT USAGE ON SCHEMA auth TO llmproxy_app;

CREATE TABLE auth.roles (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  tenant_id uuid NOT NULL,
  name character varying(100) NOT NULL,
  description text,
  permissions jsonb DEFAULT '[]'::jsonb NOT NULL,
  is_system boolean DEFAULT false NOT NULL,
  CONSTRAINT roles_pkey PRIMARY KEY (id),
  CONSTRAINT roles_tenant_id_name_key UNIQUE (tenant_id, name)
);

ALTER TABLE auth.roles OWNER TO llmproxy_admin;

GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE auth.roles TO llmproxy_app;

CREATE TABLE auth.user_roles (
  user_id uuid NOT NULL,
  role_id uuid NOT NULL,
  assigned_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT user_roles_pkey PRIMARY KEY (user_id, role_id)
);

ALTER TABLE auth.user_roles ADD CONSTRAINT user_roles_role_id_fkey FOREIGN KEY (role_id) REFERENCES auth.roles(id) ON DELETE CASCADE;

ALTER TABLE auth.user_roles OWNER TO llmproxy_admin;

GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE auth.user_roles TO llmproxy_app;

CREATE TABLE auth.users (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  tenant_id uuid NOT NULL,
  email character varying(255) NOT NULL,
  password_hash character varying(255) NOT NULL,
  status character varying(50) DEFAULT 'active'::character varying NOT NULL,
  last_login_at timestamp with time zone,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT users_pkey PRIMARY KEY (id),
  CONSTRAINT users_tenant_id_email_key UNIQUE (tenant_id, email)
);

ALTER TABLE auth.user_roles ADD CONSTRAINT user_roles_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE auth.users ADD CONSTRAINT fk_users_tenant FOREIGN KEY (tenant_id) REFERENCES tenants.tenants(id) ON DELETE CASCADE;

ALTER TABLE auth.users OWNER TO llmproxy_admin;

GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE auth.users TO llmproxy_app;

CREATE INDEX idx_user_roles_role ON auth.user_roles USING btree (role_id);

ALTER DEFAULT PRIVILEGES FOR ROLE llmproxy_admin IN SCHEMA auth GRANT DELETE, INSERT, SELECT, UPDATE ON TABLES TO llmproxy_app;

ALTER DEFAULT PRIVILEGES FOR ROLE llmproxy_admin IN SCHEMA auth GRANT USAGE ON SEQUENCES TO llmproxy_app;

-- Down Migration
-- statements:
--   1. ACCESS EXCLUSIVE on auth.user_roles
--      hazard data-loss auth.user_roles: drops the table and its rows
--   2. ACCESS EXCLUSIVE on auth.roles
--      hazard data-loss auth.roles: drops the table and its rows
--   3. ACCESS EXCLUSIVE on auth.users
--      hazard data-loss auth.users: drops the table and its rows
DROP TABLE auth.user_roles;

DROP TABLE auth.roles;

DROP TABLE auth.users;
