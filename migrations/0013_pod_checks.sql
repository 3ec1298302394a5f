-- What a pod's Neutron was found to be when it was last looked at as a whole: what is missing there, and what it can.
CREATE TABLE pod_checks (
  pod_id VARCHAR(36) NOT NULL PRIMARY KEY,
  checks BIGINT NOT NULL DEFAULT 0,
  checked_at BIGINT,
  well BOOLEAN NOT NULL DEFAULT FALSE,
  problems TEXT NOT NULL,
  rule_types TEXT NOT NULL
) {{TABLE_OPTIONS}};
