-- A binding waits for what the copy's next record brings: it must not take a rule away that both policies have.
ALTER TABLE copies ADD COLUMN awaited BOOLEAN NOT NULL DEFAULT FALSE;
