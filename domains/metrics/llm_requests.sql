CREATE TABLE metrics.llm_requests (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id UUID NOT NULL,
    api_key_id UUID NOT NULL,
    model VARCHAR(100) NOT NULL,
    provider VARCHAR(50) NOT NULL,
    input_tokens INT NOT NULL,
    output_tokens INT NOT NULL,
    duration_ms INT NOT NULL,
    status VARCHAR(50) NOT NULL,
    error_code VARCHAR(100),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE INDEX idx_llm_requests_tenant ON metrics.llm_requests (tenant_id);
CREATE INDEX idx_llm_requests_api_key ON metrics.llm_requests (api_key_id);
CREATE INDEX idx_llm_requests_created ON metrics.llm_requests (created_at);
