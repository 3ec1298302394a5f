-- A pod that leaves: nothing is wished there any more, and when all of ours is gone it is forgotten.
ALTER TABLE pods ADD COLUMN leaving BOOLEAN NOT NULL DEFAULT FALSE;
