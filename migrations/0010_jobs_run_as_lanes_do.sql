-- A job that waits is shown as RUNNING while a worker holds its lane. Nothing is written to it when the lane is claimed.
ALTER TABLE lanes ADD COLUMN claimed_at BIGINT NOT NULL DEFAULT 0;
UPDATE jobs SET status = 'NEW' WHERE status = 'RUNNING' AND NOT parent;
CREATE VIEW shown_jobs AS
  SELECT j.id, j.type, j.project_id, j.resource, j.pod_id, j.kind, j.object_id, j.lane_id, j.wanted, j.parent_id,
    j.parent, j.expanded, j.last_error, j.created_at, j.updated_at, j.finished_at, j.change_id,
    CASE WHEN l.id IS NULL THEN j.status ELSE 'RUNNING' END AS status,
    CASE WHEN l.id IS NULL THEN j.attempts ELSE j.attempts + 1 END AS attempts,
    CASE WHEN j.started_at IS NOT NULL OR l.id IS NULL THEN j.started_at
      WHEN j.created_at > l.claimed_at THEN j.created_at ELSE l.claimed_at END AS started_at,
    CASE WHEN l.id IS NULL THEN j.next_try_at END AS next_try_at
  FROM jobs j LEFT JOIN lanes l ON l.id = j.lane_id AND l.worker <> '' AND l.claimed_at > 0 AND j.status = 'NEW' AND NOT
    j.parent;
