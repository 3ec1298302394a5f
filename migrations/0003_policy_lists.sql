-- Lists of a project's policies by their names: a page reads its own rows alone.
CREATE INDEX qos_policies_by_project_name ON qos_policies (project_id, name, id);
