-- dbctl migration: domain config
-- transaction: on
-- requires: _cluster@20261121093000000

-- Up Migration
CREATE SCHEMA IF NOT EXISTS config;

COMMENT ON SCHEMA config IS 'Feature flags, paramètres système';

ALTER SCHEMA config OWNER TO llmproxy_admin;

GRANT USAGE ON SCHEMA config TO llmproxy_app;

ALTER DEFAULT PRIVILEGES FOR ROLE llmproxy_admin IN SCHEMA config GRANT SELECT ON TABLES TO llmproxy_app;

-- Down Migration
