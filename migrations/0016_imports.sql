-- What regions had before the centre came: looked at in pages, planned, and adopted at the centre.
CREATE TABLE imports (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  networks BOOLEAN NOT NULL,
  policies BOOLEAN NOT NULL,
  chosen TEXT NOT NULL,
  status VARCHAR(16) NOT NULL,
  planner VARCHAR(36) NOT NULL DEFAULT '',
  met BIGINT NOT NULL DEFAULT 0,
  asked_at BIGINT NOT NULL,
  planned_at BIGINT,
  applied_at BIGINT
) {{TABLE_OPTIONS}};
CREATE INDEX imports_by_time ON imports (asked_at, id);

-- How far each pod of an import is looked at. stage: the list that is being read, '' = all are.
CREATE TABLE import_pods (
  import_id VARCHAR(36) NOT NULL,
  pod_id VARCHAR(36) NOT NULL,
  stage VARCHAR(16) NOT NULL,
  marker VARCHAR(36) NOT NULL DEFAULT '',
  calls BIGINT NOT NULL DEFAULT 0,
  looked BIGINT NOT NULL DEFAULT 0,
  error TEXT NOT NULL,
  PRIMARY KEY (import_id, pod_id)
) {{TABLE_OPTIONS}};
CREATE INDEX import_pods_by_pod ON import_pods (pod_id, import_id);

-- What a pod has shown. detail: of a network what it is made on, of a subnet its cidr, of a port its device_owner, of an
-- RBAC entry whom it is for. fault: why the centre cannot have it.
CREATE TABLE import_objects (
  import_id VARCHAR(36) NOT NULL,
  pod_id VARCHAR(36) NOT NULL,
  resource_type VARCHAR(16) NOT NULL,
  local_id VARCHAR(36) NOT NULL,
  name VARCHAR(255) NOT NULL,
  network_id VARCHAR(36) NOT NULL,
  policy_id VARCHAR(36) NOT NULL,
  detail VARCHAR(255) NOT NULL,
  content TEXT NOT NULL,
  fault TEXT NOT NULL,
  PRIMARY KEY (import_id, pod_id, resource_type, local_id)
) {{TABLE_OPTIONS}};

-- The plan, in the order in which it is done. state: '' = nothing is to be done, to_do, done, skipped.
CREATE TABLE import_items (
  import_id VARCHAR(36) NOT NULL,
  number BIGINT NOT NULL,
  action VARCHAR(16) NOT NULL,
  resource_type VARCHAR(16) NOT NULL,
  pod_id VARCHAR(36) NOT NULL,
  central_id VARCHAR(36) NOT NULL,
  local_id VARCHAR(36) NOT NULL,
  policy_id VARCHAR(36) NOT NULL,
  name VARCHAR(255) NOT NULL,
  found TEXT NOT NULL,
  state VARCHAR(16) NOT NULL,
  PRIMARY KEY (import_id, number)
) {{TABLE_OPTIONS}};
CREATE INDEX import_items_to_do ON import_items (import_id, state, number);

-- A copy that the region had before: nobody takes it away there because nothing of the centre's uses it.
ALTER TABLE copies ADD COLUMN adopted BOOLEAN NOT NULL DEFAULT FALSE;
