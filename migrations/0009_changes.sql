-- A change is what one call at the centre has changed; the jobs that follow from it bear its id.
CREATE TABLE changes (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  project_id VARCHAR(255) NOT NULL,
  resource_type VARCHAR(32) NOT NULL,
  resource_id VARCHAR(36) NOT NULL,
  action VARCHAR(8) NOT NULL,
  created_at BIGINT NOT NULL
) {{TABLE_OPTIONS}};
CREATE INDEX changes_by_time ON changes (created_at, id);
CREATE INDEX changes_by_project ON changes (project_id, created_at, id);
ALTER TABLE jobs ADD COLUMN change_id VARCHAR(36) NOT NULL DEFAULT '';
CREATE INDEX jobs_by_change ON jobs (change_id){{SQLITE  WHERE change_id <> ''}};
