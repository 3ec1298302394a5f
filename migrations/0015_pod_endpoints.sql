-- Where Keystone's catalogue has a pod's Neutron, and whether the catalogue is what its URL follows.
ALTER TABLE pods ADD COLUMN interface VARCHAR(16) NOT NULL DEFAULT 'public';
ALTER TABLE pods ADD COLUMN service_type VARCHAR(64) NOT NULL DEFAULT 'network';
ALTER TABLE pods ADD COLUMN from_catalogue BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE pods SET from_catalogue = TRUE WHERE neutron_url = '' AND az_name <> '';
-- How often a look at the pod was asked for, and which of these the last look has answered: one that had begun earlier
-- has seen what was there earlier.
ALTER TABLE pod_checks ADD COLUMN asked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE pod_checks ADD COLUMN answered BIGINT NOT NULL DEFAULT 0;
