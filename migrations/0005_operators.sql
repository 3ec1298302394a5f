-- priority: 0 what live ports wait for, 1 the rest, 2 second looks and other upkeep, and lanes at rest. A new table,
-- since databases drop an index in different words.
CREATE TABLE lanes_anew (
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
  PRIMARY KEY (pod_id, kind, object_id)
) {{TABLE_OPTIONS}};
INSERT INTO lanes_anew (pod_id, kind, object_id, due_at, priority, attempts, uncertain_until, worker, number, touched)
  SELECT pod_id, kind, object_id, due_at, CASE WHEN due_at IS NULL THEN 2 ELSE 1 END, attempts, uncertain_until, worker,
    number, touched FROM lanes;
DROP TABLE lanes;
ALTER TABLE lanes_anew RENAME TO lanes;
-- With pod_id, so that lanes of pods that are left alone are passed over without being looked at.
CREATE INDEX lanes_due ON lanes (worker, priority, due_at, pod_id);

-- Retry-After: the pod asked to be left alone until then, in its words.
ALTER TABLE circuits ADD COLUMN not_before BIGINT NOT NULL DEFAULT 0;
ALTER TABLE circuits ADD COLUMN asked TEXT NOT NULL DEFAULT '';

-- What an operator has paused: a pod, or all lanes of one object ('policy' and its id).
CREATE TABLE pauses (
  kind VARCHAR(16) NOT NULL,
  id VARCHAR(36) NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (kind, id)
) {{TABLE_OPTIONS}};
-- A binding waits for the next run of this copy, whatever that run finds.
ALTER TABLE copies ADD COLUMN waited_for BOOLEAN NOT NULL DEFAULT FALSE;

-- Work of no lane that one of the workers does now and then.
CREATE TABLE chores (
  name VARCHAR(32) NOT NULL PRIMARY KEY,
  due_at BIGINT NOT NULL
) {{TABLE_OPTIONS}};
INSERT INTO chores (name, due_at) VALUES ('job_retention', 0);
-- Finished jobs, the oldest first.
CREATE INDEX jobs_by_end ON jobs (status, finished_at);
