-- dbctl migration: domain billing
-- transaction: on
-- requires: _cluster@20261121093000000

-- Up Migration
CREATE SCHEMA IF NOT EXISTS billing;

COMMENT ON SCHEMA billing IS 'Facturation, tarifs et paiements';

ALTER SCHEMA billing OWNER TO llmproxy_admin;

GRANT USAGE ON SCHEMA billing TO llmproxy_app;

ALTER DEFAULT PRIVILEGES FOR ROLE llmproxy_admin IN SCHEMA billing GRANT SELECT ON TABLES TO llmproxy_app;

-- Down Migration
