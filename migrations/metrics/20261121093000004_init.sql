-- dbctl migration: domain metrics
-- transaction: on
-- requires: _cluster@20261121093000000

-- Up Migration
CREATE SCHEMA IF NOT EXISTS metrics;

COMMENT ON SCHEMA metrics IS 'Métriques d''usage, statistiques et analytics';

ALTER SCHEMA metrics OWNER TO llmproxy_admin;

GRANT USAGE ON SCHEMA metrics TO llmproxy_app;

GRANT USAGE ON SCHEMA metrics TO llmproxy_reporting;

CREATE TABLE metrics.llm_requests (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  tenant_id uuid NOT NULL,
  api_key_id uuid NOT NULL,
  model character varying(100) NOT NULL,
  provider character varying(50) NOT NULL,
  input_tokens integer NOT NULL,
  output_tokens integer NOT NULL,
  duration_ms integer NOT NULL,
  status character varying(50) NOT NULL,
  error_code character varying(100),
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT llm_requests_pkey PRIMARY KEY (id)
);

ALTER TABLE metrics.llm_requests OWNER TO llmproxy_admin;

GRANT SELECT, INSERT ON TABLE metrics.llm_requests TO llmproxy_app;

GRANT SELECT ON TABLE metrics.llm_requests TO llmproxy_reporting;

CREATE TABLE metrics.llm_requests_partitioned (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  tenant_id uuid NOT NULL,
  api_key_id uuid NOT NULL,
  model character varying(100) NOT NULL,
  provider character varying(50) NOT NULL,
  input_tokens integer NOT NULL,
  output_tokens integer NOT NULL,
  duration_ms integer NOT NULL,
  status character varying(50) NOT NULL,
  error_code character varying(100),
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT llm_requests_partitioned_pkey PRIMARY KEY (id, created_at)
)
PARTITION BY RANGE (created_at);

CREATE TABLE metrics.llm_requests_2025_01
  PARTITION OF metrics.llm_requests_partitioned FOR VALUES FROM ('2025-01-01 00:00:00+00') TO ('2025-02-01 00:00:00+00');

ALTER TABLE metrics.llm_requests_2025_01 OWNER TO llmproxy_admin;

GRANT SELECT, INSERT ON TABLE metrics.llm_requests_2025_01 TO llmproxy_app;

GRANT SELECT ON TABLE metrics.llm_requests_2025_01 TO llmproxy_reporting;

ALTER TABLE metrics.llm_requests_partitioned OWNER TO llmproxy_admin;

GRANT SELECT, INSERT ON TABLE metrics.llm_requests_partitioned TO llmproxy_app;

GRANT SELECT ON TABLE metrics.llm_requests_partitioned TO llmproxy_reporting;

CREATE INDEX idx_llm_requests_api_key ON metrics.llm_requests USING btree (api_key_id);

CREATE INDEX idx_llm_requests_created ON metrics.llm_requests USING btree (created_at);

CREATE INDEX idx_llm_requests_partitioned_api_key ON metrics.llm_requests_partitioned USING btree (api_key_id);

CREATE INDEX idx_llm_requests_partitioned_tenant ON metrics.llm_requests_partitioned USING btree (tenant_id);

CREATE INDEX idx_llm_requests_tenant ON metrics.llm_requests USING btree (tenant_id);

ALTER DEFAULT PRIVILEGES FOR ROLE llmproxy_admin IN SCHEMA metrics GRANT INSERT, SELECT ON TABLES TO llmproxy_app;

ALTER DEFAULT PRIVILEGES FOR ROLE llmproxy_admin IN SCHEMA metrics GRANT SELECT ON TABLES TO llmproxy_reporting;

ALTER DEFAULT PRIVILEGES FOR ROLE llmproxy_admin IN SCHEMA metrics GRANT USAGE ON SEQUENCES TO llmproxy_app;

-- Down Migration
-- statements:
--   1. ACCESS EXCLUSIVE on metrics.llm_requests
--      hazard data-loss metrics.llm_requests: drops the table and its rows
--   2. ACCESS EXCLUSIVE on metrics.llm_requests_partitioned
--      hazard data-loss metrics.llm_requests_partitioned: drops the table and its rows
DROP TABLE metrics.llm_requests;

DROP TABLE metrics.llm_requests_partitioned;
