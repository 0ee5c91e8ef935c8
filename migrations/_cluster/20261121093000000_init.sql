-- dbctl migration: domain _cluster
-- transaction: on

-- Up Migration
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'llmproxy_admin') THEN
    CREATE ROLE llmproxy_admin;
  END IF;
END
$$;

ALTER ROLE llmproxy_admin WITH INHERIT NOCREATEROLE NOCREATEDB NOLOGIN;

COMMENT ON ROLE llmproxy_admin IS 'Owner of every domain; migrations run on its behalf';

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'llmproxy_app') THEN
    CREATE ROLE llmproxy_app;
  END IF;
END
$$;

ALTER ROLE llmproxy_app WITH INHERIT NOCREATEROLE NOCREATEDB NOLOGIN;

COMMENT ON ROLE llmproxy_app IS 'The proxy itself';

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'llmproxy_audit') THEN
    CREATE ROLE llmproxy_audit;
  END IF;
END
$$;

ALTER ROLE llmproxy_audit WITH INHERIT NOCREATEROLE NOCREATEDB NOLOGIN;

COMMENT ON ROLE llmproxy_audit IS 'Writes the audit trail and cannot read it';

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'llmproxy_gateway') THEN
    CREATE ROLE llmproxy_gateway;
  END IF;
END
$$;

ALTER ROLE llmproxy_gateway WITH INHERIT NOCREATEROLE NOCREATEDB LOGIN;

COMMENT ON ROLE llmproxy_gateway IS 'The proxy''s login';

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'llmproxy_reporter') THEN
    CREATE ROLE llmproxy_reporter;
  END IF;
END
$$;

ALTER ROLE llmproxy_reporter WITH INHERIT NOCREATEROLE NOCREATEDB LOGIN;

COMMENT ON ROLE llmproxy_reporter IS 'The reporting tool''s login';

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'llmproxy_reporting') THEN
    CREATE ROLE llmproxy_reporting;
  END IF;
END
$$;

ALTER ROLE llmproxy_reporting WITH INHERIT NOCREATEROLE NOCREATEDB NOLOGIN;

COMMENT ON ROLE llmproxy_reporting IS 'Reports, read-only';

GRANT llmproxy_app TO llmproxy_gateway;

GRANT llmproxy_audit TO llmproxy_gateway;

GRANT llmproxy_reporting TO llmproxy_reporter;

-- Down Migration
-- statements:
--   1. no lock
--      hazard access-change llmproxy_admin: drops the role
--   2. no lock
--      hazard access-change llmproxy_app: drops the role
--   3. no lock
--      hazard access-change llmproxy_audit: drops the role
--   4. no lock
--      hazard access-change llmproxy_gateway: drops the role
--   5. no lock
--      hazard access-change llmproxy_reporting: drops the role
--   6. no lock
--      hazard access-change llmproxy_reporter: drops the role
DO $$
BEGIN
  DROP ROLE llmproxy_admin;
EXCEPTION WHEN dependent_objects_still_exist THEN
  RAISE WARNING 'role % is kept: something outside this migration still depends on it', 'llmproxy_admin';
END
$$;

DO $$
BEGIN
  DROP ROLE llmproxy_app;
EXCEPTION WHEN dependent_objects_still_exist THEN
  RAISE WARNING 'role % is kept: something outside this migration still depends on it', 'llmproxy_app';
END
$$;

DO $$
BEGIN
  DROP ROLE llmproxy_audit;
EXCEPTION WHEN dependent_objects_still_exist THEN
  RAISE WARNING 'role % is kept: something outside this migration still depends on it', 'llmproxy_audit';
END
$$;

DO $$
BEGIN
  DROP ROLE llmproxy_gateway;
EXCEPTION WHEN dependent_objects_still_exist THEN
  RAISE WARNING 'role % is kept: something outside this migration still depends on it', 'llmproxy_gateway';
END
$$;

DO $$
BEGIN
  DROP ROLE llmproxy_reporting;
EXCEPTION WHEN dependent_objects_still_exist THEN
  RAISE WARNING 'role % is kept: something outside this migration still depends on it', 'llmproxy_reporting';
END
$$;

DO $$
BEGIN
  DROP ROLE llmproxy_reporter;
EXCEPTION WHEN dependent_objects_still_exist THEN
  RAISE WARNING 'role % is kept: something outside this migration still depends on it', 'llmproxy_reporter';
END
$$;
