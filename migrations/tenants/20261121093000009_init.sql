-- dbctl migration: domain tenants
-- transaction: on
-- requires: _cluster@20261121093000000, apikeys@20261121093000006, auth@20261121093000007, quotas@20261121093000008

-- Up Migration
CREATE VIEW tenants.tenant_overview
WITH (security_invoker=true) AS
 SELECT id,
    name,
    status,
    ( SELECT count(*) AS count
           FROM auth.users u
          WHERE (u.tenant_id = t.id)) AS user_count,
    ( SELECT count(*) AS count
           FROM apikeys.api_keys k
          WHERE ((k.tenant_id = t.id) AND ((k.status)::text = 'active'::text))) AS active_keys,
    ( SELECT sum(q.current_usage) AS sum
           FROM quotas.tenant_quotas q
          WHERE (q.tenant_id = t.id)) AS total_usage
   FROM tenants.tenants t;

ALTER VIEW tenants.tenant_overview OWNER TO llmproxy_admin;

GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE tenants.tenant_overview TO llmproxy_app;

-- Down Migration
-- statements:
--   1. ACCESS EXCLUSIVE on tenants.tenant_overview
DROP VIEW tenants.tenant_overview;
