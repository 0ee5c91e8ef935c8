-- The same facts, a partition a month. The partition key is part of the primary key, as PostgreSQL wants it.
CREATE TABLE metrics.llm_requests_partitioned (
    id UUID NOT NULL DEFAULT gen_random_uuid(),
    tenant_id UUID NOT NULL,
    api_key_id UUID NOT NULL,
    model VARCHAR(100) NOT NULL,
    provider VARCHAR(50) NOT NULL,
    input_tokens INT NOT NULL,
    output_tokens INT NOT NULL,
    duration_ms INT NOT NULL,
    status VARCHAR(50) NOT NULL,
    error_code VARCHAR(100),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);

CREATE INDEX idx_llm_requests_partitioned_tenant ON metrics.llm_requests_partitioned (tenant_id);
CREATE INDEX idx_llm_requests_partitioned_api_key ON metrics.llm_requests_partitioned (api_key_id);

-- The first partition; the partition set in domain.yaml makes the others. A bare date would mean another instant
-- in every session's TimeZone, and leave holes: the offset is part of the bound.
CREATE TABLE metrics.llm_requests_2025_01
    PARTITION OF metrics.llm_requests_partitioned
    FOR VALUES FROM ('2025-01-01 00:00:00+00') TO ('2025-02-01 00:00:00+00');
