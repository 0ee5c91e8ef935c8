CREATE TABLE audit.audit_logs (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id UUID,
    user_id UUID,
    action VARCHAR(100) NOT NULL,
    entity_type VARCHAR(100) NOT NULL,
    entity_id UUID,
    old_values JSONB,
    new_values JSONB,
    ip_address INET,
    user_agent TEXT,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE INDEX idx_audit_logs_tenant ON audit.audit_logs (tenant_id);
CREATE INDEX idx_audit_logs_user ON audit.audit_logs (user_id);
CREATE INDEX idx_audit_logs_entity ON audit.audit_logs (entity_type, entity_id);
CREATE INDEX idx_audit_logs_created ON audit.audit_logs (created_at);
