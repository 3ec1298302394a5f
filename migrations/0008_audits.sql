-- Audits: what they have seen of each pod, what somebody had changed there by hand, and copies that nothing uses.
CREATE TABLE audits (
  pod_id VARCHAR(36) NOT NULL PRIMARY KEY,
  kind VARCHAR(16) NOT NULL,
  last_id VARCHAR(36) NOT NULL,
  ended BIGINT NOT NULL DEFAULT 0,
  started_at BIGINT NOT NULL,
  ended_at BIGINT,
  calls BIGINT NOT NULL,
  looked BIGINT NOT NULL,
  found BIGINT NOT NULL
) {{TABLE_OPTIONS}};
INSERT INTO lanes (pod_id, kind, object_id, due_at, priority)
  SELECT pod_id, 'audit', pod_id, 0, 2 FROM pods WHERE az_name <> '';

CREATE TABLE drifts (
  id {{COUNTER_KEY}},
  pod_id VARCHAR(36) NOT NULL,
  resource_type VARCHAR(16) NOT NULL,
  central_id VARCHAR(36) NOT NULL,
  local_id VARCHAR(36) NOT NULL,
  policy_id VARCHAR(36) NOT NULL,
  project_id VARCHAR(255) NOT NULL,
  found TEXT NOT NULL,
  pod_says TEXT NOT NULL,
  on_drift VARCHAR(8) NOT NULL,
  found_at BIGINT NOT NULL,
  ended_at BIGINT
) {{TABLE_OPTIONS}};
CREATE INDEX drifts_by_object ON drifts (pod_id, resource_type, central_id, ended_at);
CREATE INDEX drifts_by_project ON drifts (project_id, id);

ALTER TABLE qos_policies ADD COLUMN on_drift VARCHAR(8) NOT NULL DEFAULT 'enforce';
ALTER TABLE copies ADD COLUMN unused_since BIGINT;
CREATE INDEX bindings_by_pod ON bindings (pod_id, resource_type, central_id);
