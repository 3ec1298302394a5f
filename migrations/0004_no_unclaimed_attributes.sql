-- Attributes of extensions that the centre does not have: DNS, default networks, security groups.
ALTER TABLE networks DROP COLUMN dns_domain;
ALTER TABLE networks DROP COLUMN is_default;
ALTER TABLE ports DROP COLUMN dns_name;
ALTER TABLE ports DROP COLUMN security_groups;
