-- dbctl migration: domain audit
-- transaction: on
-- requires: _cluster@20261121093000000

-- Up Migration
CREATE SCHEMA IF NOT EXISTS audit;

COMMENT ON SCHEMA audit IS 'Logs d''audit, historique des actions';

ALTER SCHEMA audit OWNER TO llmproxy_admin;

GRANT USAGE ON SCHEMA audit TO llmproxy_audit;

CREATE TABLE audit.audit_logs (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  tenant_id uuid,
  user_id uuid,
  action character varying(100) NOT NULL,
  entity_type character varying(100) NOT NULL,
  entity_id uuid,
  old_values jsonb,
  new_values jsonb,
  ip_address inet,
  user_agent text,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT audit_logs_pkey PRIMARY KEY (id)
);

ALTER TABLE audit.audit_logs OWNER TO llmproxy_admin;

GRANT SELECT (created_at, id), INSERT ON TABLE audit.audit_logs TO llmproxy_audit;

CREATE INDEX idx_audit_logs_created ON audit.audit_logs USING btree (created_at);

CREATE INDEX idx_audit_logs_entity ON audit.audit_logs USING btree (entity_type, entity_id);

CREATE INDEX idx_audit_logs_tenant ON audit.audit_logs USING btree (tenant_id);

CREATE INDEX idx_audit_logs_user ON audit.audit_logs USING btree (user_id);

ALTER DEFAULT PRIVILEGES FOR ROLE llmproxy_admin IN SCHEMA audit GRANT INSERT ON TABLES TO llmproxy_audit;

ALTER DEFAULT PRIVILEGES FOR ROLE llmproxy_admin IN SCHEMA audit GRANT USAGE ON SEQUENCES TO llmproxy_audit;

-- Down Migration
-- statements:
--   1. ACCESS EXCLUSIVE on audit.audit_logs
--      hazard data-loss audit.audit_logs: drops the table and its rows
DROP TABLE audit.audit_logs;
