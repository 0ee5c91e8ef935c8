-- The desired state, in plain SQL and in any order; `dbctl generate` turns a change of it into a migration.

CREATE TABLE tenants.tenants (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    name VARCHAR(255) NOT NULL,
    slug VARCHAR(100) NOT NULL UNIQUE,
    status VARCHAR(50) NOT NULL DEFAULT 'active',
    settings JSONB NOT NULL DEFAULT '{}',
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE tenants.tenant_contacts (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id UUID NOT NULL REFERENCES tenants.tenants (id),
    type VARCHAR(50) NOT NULL, -- 'billing', 'technical', 'admin'
    email VARCHAR(255) NOT NULL,
    name VARCHAR(255),
    phone VARCHAR(50)
);

CREATE INDEX idx_tenant_contacts_tenant ON tenants.tenant_contacts (tenant_id);
