-- Who else may use a network or policy. `shared` of these is an entry for everyone ('*'), and no column any more.
CREATE TABLE rbac_policies (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  project_id VARCHAR(255) NOT NULL,
  object_type VARCHAR(32) NOT NULL,
  object_id VARCHAR(36) NOT NULL,
  target_tenant VARCHAR(255) NOT NULL,
  action VARCHAR(32) NOT NULL,
  UNIQUE (object_type, object_id, target_tenant, action)
) {{TABLE_OPTIONS}};
CREATE INDEX rbac_policies_by_target ON rbac_policies (object_type, target_tenant, action, object_id);
CREATE INDEX rbac_policies_by_project ON rbac_policies (project_id, id);

-- An object's only entry so far may have the object's id.
INSERT INTO rbac_policies (id, project_id, object_type, object_id, target_tenant, action)
  SELECT id, project_id, 'qos_policy', id, '*', 'access_as_shared' FROM qos_policies WHERE shared = TRUE;
INSERT INTO rbac_policies (id, project_id, object_type, object_id, target_tenant, action)
  SELECT id, project_id, 'network', id, '*', 'access_as_shared' FROM networks WHERE shared = TRUE;
ALTER TABLE qos_policies DROP COLUMN shared;
ALTER TABLE networks DROP COLUMN shared;

-- What a project may have of a resource where that is not the default; -1 = as much as it wants.
CREATE TABLE quotas (
  project_id VARCHAR(255) NOT NULL,
  resource VARCHAR(32) NOT NULL,
  most BIGINT NOT NULL,
  PRIMARY KEY (project_id, resource)
) {{TABLE_OPTIONS}};

-- Where transactions that each add one to a project's objects meet, so that none counts without the other.
CREATE TABLE quota_meetings (
  project_id VARCHAR(255) NOT NULL,
  resource VARCHAR(32) NOT NULL,
  met BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (project_id, resource)
) {{TABLE_OPTIONS}};
