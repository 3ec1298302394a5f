-- works with: 18
-- What is looked for again and again by who watches: differences that stand, and uses of a policy that a pod refuses.
CREATE INDEX drifts_open ON drifts (ended_at, policy_id);
CREATE INDEX bindings_by_state ON bindings (policy_id, state, pod_id);
CREATE INDEX changes_by_resource ON changes (resource_id, created_at, id);
-- Who made a change, and the trace that his call was a part of (W3C traceparent).
ALTER TABLE changes ADD COLUMN user_id VARCHAR(255) NOT NULL DEFAULT '';
ALTER TABLE changes ADD COLUMN traceparent VARCHAR(55) NOT NULL DEFAULT '';
