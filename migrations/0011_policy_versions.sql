-- What a policy and its rules were after each of its last changes.
CREATE TABLE policy_versions (
  policy_id VARCHAR(36) NOT NULL,
  version BIGINT NOT NULL,
  content TEXT NOT NULL,
  change_id VARCHAR(36) NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (policy_id, version),
  FOREIGN KEY (policy_id) REFERENCES qos_policies (id) ON DELETE CASCADE
) {{TABLE_OPTIONS}};
