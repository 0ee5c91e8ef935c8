-- Runs with the rights of whoever reads it: with the owner's, every reader of this view would read three other
-- domains through it.
CREATE VIEW tenants.tenant_overview WITH (security_invoker = true) AS
SELECT
    t.id,
    t.name,
    t.status,
    (SELECT COUNT(*) FROM auth.users u WHERE u.tenant_id = t.id) AS user_count,
    (SELECT COUNT(*) FROM apikeys.api_keys k WHERE k.tenant_id = t.id AND k.status = 'active') AS active_keys,
    (SELECT SUM(q.current_usage) FROM quotas.tenant_quotas q WHERE q.tenant_id = t.id) AS total_usage
FROM tenants.tenants t;
