-- Whether the pod's network is on a physical network, as the pod has said: '' = not asked yet.
ALTER TABLE bindings ADD COLUMN backing VARCHAR(16) NOT NULL DEFAULT '';
