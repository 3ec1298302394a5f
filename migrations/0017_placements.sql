-- Central networks and ports that XJob makes in a pod by itself. made: what the pod has been told of them, '' = nothing.
CREATE TABLE placements (
  resource_type VARCHAR(16) NOT NULL,
  central_id VARCHAR(36) NOT NULL,
  pod_id VARCHAR(36) NOT NULL,
  local_id VARCHAR(36) NOT NULL DEFAULT '',
  made TEXT NOT NULL,
  state VARCHAR(16) NOT NULL,
  last_error TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (resource_type, central_id, pod_id)
) {{TABLE_OPTIONS}};
CREATE INDEX placements_by_pod ON placements (pod_id, resource_type, central_id);

-- Parts of a subnet's pools that a pod gives out by itself, and the centre therefore does not. Addresses are digits of
-- one length, as in ip_allocations.
CREATE TABLE address_blocks (
  subnet_id VARCHAR(36) NOT NULL,
  first_address VARCHAR(32) NOT NULL,
  last_address VARCHAR(32) NOT NULL,
  pod_id VARCHAR(36) NOT NULL,
  PRIMARY KEY (subnet_id, first_address),
  FOREIGN KEY (subnet_id) REFERENCES subnets (id) ON DELETE CASCADE
) {{TABLE_OPTIONS}};
CREATE INDEX address_blocks_by_pod ON address_blocks (pod_id, subnet_id);
