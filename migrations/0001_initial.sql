-- Neutron's objects: a column is spelled as the JSON attribute and the catalogue's name. `intent` counts the changes of
-- what pods must have; `met` is written by transactions that must not pass each other and means nothing.
CREATE TABLE networks (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  project_id VARCHAR(255) NOT NULL,
  name VARCHAR(255) NOT NULL,
  description VARCHAR(255) NOT NULL,
  admin_state_up BOOLEAN NOT NULL,
  status VARCHAR(16) NOT NULL,
  shared BOOLEAN NOT NULL,
  "router:external" BOOLEAN NOT NULL,
  mtu BIGINT NOT NULL,
  port_security_enabled BOOLEAN NOT NULL,
  "provider:network_type" VARCHAR(32),
  "provider:physical_network" VARCHAR(64),
  "provider:segmentation_id" BIGINT,
  availability_zone_hints TEXT NOT NULL,
  dns_domain VARCHAR(255) NOT NULL,
  qos_policy_id VARCHAR(36),
  is_default BOOLEAN NOT NULL,
  revision_number BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  intent BIGINT NOT NULL DEFAULT 1,
  met BIGINT NOT NULL DEFAULT 0,
  from_centre BOOLEAN NOT NULL DEFAULT FALSE
) {{TABLE_OPTIONS}};
CREATE INDEX networks_by_project ON networks (project_id, id);
CREATE INDEX networks_by_name ON networks (name, id);
CREATE INDEX networks_by_policy ON networks (qos_policy_id, id);

CREATE TABLE subnets (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  network_id VARCHAR(36) NOT NULL,
  project_id VARCHAR(255) NOT NULL,
  name VARCHAR(255) NOT NULL,
  description VARCHAR(255) NOT NULL,
  ip_version BIGINT NOT NULL,
  cidr VARCHAR(64) NOT NULL,
  gateway_ip VARCHAR(64),
  enable_dhcp BOOLEAN NOT NULL,
  ipv6_address_mode VARCHAR(32),
  ipv6_ra_mode VARCHAR(32),
  allocation_pools TEXT NOT NULL,
  dns_nameservers TEXT NOT NULL,
  host_routes TEXT NOT NULL,
  service_types TEXT NOT NULL,
  revision_number BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  from_centre BOOLEAN NOT NULL DEFAULT FALSE,
  FOREIGN KEY (network_id) REFERENCES networks (id) ON DELETE CASCADE
) {{TABLE_OPTIONS}};
CREATE INDEX subnets_by_network ON subnets (network_id, id);
CREATE INDEX subnets_by_project ON subnets (project_id, id);

CREATE TABLE ports (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  network_id VARCHAR(36) NOT NULL,
  project_id VARCHAR(255) NOT NULL,
  name VARCHAR(255) NOT NULL,
  description VARCHAR(255) NOT NULL,
  admin_state_up BOOLEAN NOT NULL,
  status VARCHAR(16) NOT NULL,
  mac_address VARCHAR(32) NOT NULL,
  fixed_ips TEXT NOT NULL,
  device_id VARCHAR(255) NOT NULL,
  device_owner VARCHAR(255) NOT NULL,
  "binding:host_id" VARCHAR(255) NOT NULL,
  "binding:profile" TEXT NOT NULL,
  "binding:vnic_type" VARCHAR(64) NOT NULL,
  "binding:vif_type" VARCHAR(64) NOT NULL,
  "binding:vif_details" TEXT NOT NULL,
  allowed_address_pairs TEXT NOT NULL,
  extra_dhcp_opts TEXT NOT NULL,
  security_groups TEXT NOT NULL,
  port_security_enabled BOOLEAN NOT NULL,
  dns_name VARCHAR(255) NOT NULL,
  qos_policy_id VARCHAR(36),
  revision_number BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  intent BIGINT NOT NULL DEFAULT 1,
  met BIGINT NOT NULL DEFAULT 0,
  made_for VARCHAR(36),
  from_centre BOOLEAN NOT NULL DEFAULT FALSE,
  UNIQUE (network_id, mac_address),
  FOREIGN KEY (network_id) REFERENCES networks (id)
) {{TABLE_OPTIONS}};
CREATE INDEX ports_by_project ON ports (project_id, id);
CREATE INDEX ports_by_policy ON ports (qos_policy_id, id);
CREATE INDEX ports_by_device ON ports (device_id, id);

-- One row an address in use: its key is why an address is never given twice.
CREATE TABLE ip_allocations (
  subnet_id VARCHAR(36) NOT NULL,
  ip_address VARCHAR(64) NOT NULL,
  port_id VARCHAR(36) NOT NULL,
  PRIMARY KEY (subnet_id, ip_address),
  FOREIGN KEY (subnet_id) REFERENCES subnets (id),
  FOREIGN KEY (port_id) REFERENCES ports (id) ON DELETE CASCADE
) {{TABLE_OPTIONS}};
CREATE INDEX ip_allocations_by_port ON ip_allocations (port_id);

CREATE TABLE qos_policies (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  project_id VARCHAR(255) NOT NULL,
  name VARCHAR(255) NOT NULL,
  description VARCHAR(255) NOT NULL,
  shared BOOLEAN NOT NULL,
  is_default BOOLEAN NOT NULL,
  revision_number BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  intent BIGINT NOT NULL DEFAULT 1,
  met BIGINT NOT NULL DEFAULT 0
) {{TABLE_OPTIONS}};
CREATE INDEX qos_policies_by_project ON qos_policies (project_id, id);
CREATE INDEX qos_policies_by_name ON qos_policies (name, id);

-- All rule types; direction is '' where the type has none, so that the key holds.
CREATE TABLE qos_rules (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  qos_policy_id VARCHAR(36) NOT NULL,
  type VARCHAR(32) NOT NULL,
  direction VARCHAR(8) NOT NULL,
  max_kbps BIGINT,
  max_burst_kbps BIGINT,
  dscp_mark BIGINT,
  min_kbps BIGINT,
  max_kpps BIGINT,
  max_burst_kpps BIGINT,
  min_kpps BIGINT,
  UNIQUE (qos_policy_id, type, direction),
  FOREIGN KEY (qos_policy_id) REFERENCES qos_policies (id) ON DELETE CASCADE
) {{TABLE_OPTIONS}};

CREATE TABLE tags (
  resource_type VARCHAR(32) NOT NULL,
  resource_id VARCHAR(36) NOT NULL,
  tag VARCHAR(255) NOT NULL,
  PRIMARY KEY (resource_type, resource_id, tag)
) {{TABLE_OPTIONS}};

-- Regions, and what each central object has become in them.
CREATE TABLE pods (
  pod_id VARCHAR(36) NOT NULL PRIMARY KEY,
  region_name VARCHAR(255) NOT NULL,
  az_name VARCHAR(255) NOT NULL,
  pod_az_name VARCHAR(255) NOT NULL,
  dc_name VARCHAR(255) NOT NULL,
  neutron_url VARCHAR(255) NOT NULL,
  embedded BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (region_name)
) {{TABLE_OPTIONS}};

-- central_id and local_id go as top_id and bottom_id over the Admin API. reported_* order a pod's reports of a port.
CREATE TABLE resource_routings (
  id {{COUNTER_KEY}},
  central_id VARCHAR(127) NOT NULL,
  local_id VARCHAR(36),
  pod_id VARCHAR(36) NOT NULL,
  project_id VARCHAR(255) NOT NULL,
  resource_type VARCHAR(32) NOT NULL,
  reported_created_at VARCHAR(40) NOT NULL DEFAULT '',
  reported_revision BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  UNIQUE (central_id, pod_id, resource_type),
  FOREIGN KEY (pod_id) REFERENCES pods (pod_id)
) {{TABLE_OPTIONS}};
CREATE INDEX resource_routings_by_pod ON resource_routings (pod_id, resource_type, local_id);
CREATE INDEX resource_routings_by_type ON resource_routings (resource_type, central_id, pod_id);

-- A policy in one pod. mark: set before the POST that carries it; rules: what the pod confirmed, a JSON list of
-- {type, direction, id, state, error, values...}; ready: made, each rule sent or refused, so it may be bound.
CREATE TABLE copies (
  policy_id VARCHAR(36) NOT NULL,
  pod_id VARCHAR(36) NOT NULL,
  project_id VARCHAR(255) NOT NULL,
  mark VARCHAR(64) NOT NULL DEFAULT '',
  attributes TEXT NOT NULL,
  rules TEXT NOT NULL,
  ready BOOLEAN NOT NULL DEFAULT FALSE,
  tagged BOOLEAN NOT NULL DEFAULT FALSE,
  intent BIGINT NOT NULL DEFAULT 0,
  state VARCHAR(16) NOT NULL,
  last_error TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (policy_id, pod_id)
) {{TABLE_OPTIONS}};
CREATE INDEX copies_by_pod ON copies (pod_id, policy_id);

-- A network's or port's policy in one pod. policy_id: the central id of the copy that the pod confirmed, '' = none of ours.
CREATE TABLE bindings (
  resource_type VARCHAR(16) NOT NULL,
  central_id VARCHAR(36) NOT NULL,
  pod_id VARCHAR(36) NOT NULL,
  project_id VARCHAR(255) NOT NULL,
  policy_id VARCHAR(36) NOT NULL,
  intent BIGINT NOT NULL DEFAULT 0,
  state VARCHAR(16) NOT NULL,
  last_error TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (resource_type, central_id, pod_id)
) {{TABLE_OPTIONS}};
CREATE INDEX bindings_by_copy ON bindings (policy_id, pod_id);

-- The engine: lanes (one object in one pod), jobs (the visible record), workers (heartbeats), circuits (pods that don't answer).
CREATE TABLE lanes (
  pod_id VARCHAR(36) NOT NULL,
  kind VARCHAR(16) NOT NULL,
  object_id VARCHAR(36) NOT NULL,
  due_at BIGINT,
  attempts BIGINT NOT NULL DEFAULT 0,
  uncertain_until BIGINT NOT NULL DEFAULT 0,
  worker VARCHAR(36) NOT NULL DEFAULT '',
  number BIGINT NOT NULL DEFAULT 0,
  touched BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (pod_id, kind, object_id)
) {{TABLE_OPTIONS}};
CREATE INDEX lanes_due ON lanes (worker, due_at);

CREATE TABLE jobs (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  type VARCHAR(32) NOT NULL,
  project_id VARCHAR(255) NOT NULL,
  resource TEXT NOT NULL,
  status VARCHAR(8) NOT NULL,
  pod_id VARCHAR(36) NOT NULL,
  kind VARCHAR(16) NOT NULL,
  object_id VARCHAR(36) NOT NULL,
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
CREATE INDEX jobs_by_lane ON jobs (pod_id, kind, object_id, status);
CREATE INDEX jobs_by_parent ON jobs (parent_id, status);
CREATE INDEX jobs_by_time ON jobs (created_at, id);
CREATE INDEX jobs_by_project ON jobs (project_id, created_at, id);

CREATE TABLE workers (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  name VARCHAR(255) NOT NULL,
  beat BIGINT NOT NULL
) {{TABLE_OPTIONS}};

CREATE TABLE circuits (
  pod_id VARCHAR(36) NOT NULL PRIMARY KEY,
  open BOOLEAN NOT NULL,
  failures BIGINT NOT NULL,
  probe_at BIGINT NOT NULL,
  last_error TEXT NOT NULL,
  since BIGINT NOT NULL
) {{TABLE_OPTIONS}};

-- An embedded pod's reports to the centre, written with the change that they tell of. due_at: not before.
CREATE TABLE outbox (
  id {{COUNTER_KEY}},
  object_id VARCHAR(36) NOT NULL,
  action VARCHAR(32) NOT NULL,
  body TEXT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  due_at BIGINT NOT NULL,
  last_error TEXT NOT NULL
) {{TABLE_OPTIONS}};
CREATE INDEX outbox_by_object ON outbox (object_id, id);
