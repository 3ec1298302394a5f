-- Lists of policies in the orders that people ask for, of all projects and of one: a page reads its own rows alone.
CREATE INDEX qos_policies_by_time ON qos_policies (created_at, id);
CREATE INDEX qos_policies_by_project_name ON qos_policies (project_id, name, id);
CREATE INDEX qos_policies_by_project_time ON qos_policies (project_id, created_at, id);
