-- Lanes and jobs have numbers: rows that are made one after the other lie and are found side by side, and a run finds
-- its own at one step. The indexes that it writes hold just the rows that are looked for, where the database can do
-- that (MariaDB has no such indexes).
CREATE TABLE lanes_anew (
  id {{COUNTER_KEY}},
  pod_id VARCHAR(36) NOT NULL,
  kind VARCHAR(16) NOT NULL,
  object_id VARCHAR(36) NOT NULL,
  due_at BIGINT,
  priority BIGINT NOT NULL DEFAULT 2,
  attempts BIGINT NOT NULL DEFAULT 0,
  uncertain_until BIGINT NOT NULL DEFAULT 0,
  worker VARCHAR(36) NOT NULL DEFAULT '',
  number BIGINT NOT NULL DEFAULT 0,
  touched BIGINT NOT NULL DEFAULT 0,
  UNIQUE (pod_id, kind, object_id)
) {{TABLE_OPTIONS}};
INSERT INTO lanes_anew (pod_id, kind, object_id, due_at, priority, attempts, uncertain_until, worker, number, touched)
  SELECT pod_id, kind, object_id, due_at, priority, attempts, uncertain_until, worker, number, touched FROM lanes;
DROP TABLE lanes;
ALTER TABLE lanes_anew RENAME TO lanes;
-- Pod by pod, so that all lanes of a pod that is left alone are passed over at one step.
CREATE INDEX lanes_due ON lanes (worker, pod_id, priority, due_at){{SQLITE  WHERE worker = '' AND due_at IS NOT NULL}};

-- Jobs likewise; `id` is what the world knows them by. lane_id: of a job that has ended it may be a lane's that is gone.
CREATE TABLE jobs_anew (
  seq {{COUNTER_KEY}},
  id VARCHAR(36) NOT NULL UNIQUE,
  type VARCHAR(32) NOT NULL,
  project_id VARCHAR(255) NOT NULL,
  resource TEXT NOT NULL,
  status VARCHAR(8) NOT NULL,
  pod_id VARCHAR(36) NOT NULL,
  kind VARCHAR(16) NOT NULL,
  object_id VARCHAR(36) NOT NULL,
  lane_id BIGINT NOT NULL DEFAULT 0,
  wanted BIGINT NOT NULL,
  parent_id VARCHAR(36) NOT NULL DEFAULT '',
  parent BOOLEAN NOT NULL DEFAULT FALSE,
  expanded BOOLEAN NOT NULL DEFAULT FALSE,
  cursor_at VARCHAR(127) NOT NULL DEFAULT '',
  attempts BIGINT NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  started_at BIGINT,
  finished_at BIGINT,
  next_try_at BIGINT
) {{TABLE_OPTIONS}};
INSERT INTO jobs_anew (id, type, project_id, resource, status, pod_id, kind, object_id, lane_id, wanted, parent_id,
    parent, expanded, cursor_at, attempts, last_error, created_at, updated_at, started_at, finished_at, next_try_at)
  SELECT jobs.id, type, project_id, resource, status, jobs.pod_id, jobs.kind, jobs.object_id, coalesce(lanes.id, 0),
    wanted, parent_id, parent, expanded, cursor_at, jobs.attempts, last_error, created_at, updated_at, started_at,
    finished_at, next_try_at
  FROM jobs LEFT JOIN lanes ON lanes.pod_id = jobs.pod_id AND lanes.kind = jobs.kind AND lanes.object_id = jobs.object_id
  ORDER BY created_at;
DROP TABLE jobs;
ALTER TABLE jobs_anew RENAME TO jobs;
-- A job is open until it has a finished_at.
CREATE INDEX jobs_by_lane ON jobs (lane_id, finished_at){{SQLITE  WHERE finished_at IS NULL}};
CREATE INDEX jobs_by_parent ON jobs (parent_id, status){{SQLITE  WHERE parent_id <> ''}};
CREATE INDEX jobs_by_time ON jobs (created_at, id);
CREATE INDEX jobs_by_project ON jobs (project_id, created_at, id);
CREATE INDEX jobs_by_end ON jobs (status, finished_at){{SQLITE  WHERE finished_at IS NOT NULL}};
