-- A pod and the centre are held against each other in full, after one of them was restored from a backup.
CREATE TABLE resyncs (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  pod_id VARCHAR(36) NOT NULL,
  apply BOOLEAN NOT NULL,
  yes_delete BIGINT NOT NULL,
  status VARCHAR(16) NOT NULL,
  error TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  ended_at BIGINT,
  calls BIGINT NOT NULL DEFAULT 0,
  looked BIGINT NOT NULL DEFAULT 0,
  under_way BIGINT NOT NULL DEFAULT 0,
  items BIGINT NOT NULL DEFAULT 0,
  deletions BIGINT NOT NULL DEFAULT 0
) {{TABLE_OPTIONS}};
CREATE INDEX resyncs_by_pod ON resyncs (pod_id, asked_at);

CREATE TABLE resync_items (
  resync_id VARCHAR(36) NOT NULL,
  number BIGINT NOT NULL,
  action VARCHAR(16) NOT NULL,
  resource_type VARCHAR(16) NOT NULL,
  central_id VARCHAR(36) NOT NULL,
  local_id VARCHAR(36) NOT NULL,
  policy_id VARCHAR(36) NOT NULL,
  found TEXT NOT NULL,
  PRIMARY KEY (resync_id, number)
) {{TABLE_OPTIONS}};
