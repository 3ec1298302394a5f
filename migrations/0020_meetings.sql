-- works with: 18
-- Whether a failed job of a lane tells of a failure already. (MariaDB's jobs_by_lane knows ended jobs too.)
{{SQLITE CREATE INDEX jobs_failed_by_lane ON jobs (lane_id, wanted) WHERE status = 'FAIL';
}}
-- Written by who waits for a binding to let go of a copy.
ALTER TABLE bindings ADD COLUMN met BIGINT NOT NULL DEFAULT 0;
