-- fits code from version 1

-- Names and keys are compared byte by byte: quicker than by the rules of a language, and an index does not
-- depend on the version of the system's library.
ALTER TABLE inbox
  ALTER COLUMN consumer TYPE text COLLATE "C",
  ALTER COLUMN key TYPE text COLLATE "C";

ALTER TABLE step_fence ALTER COLUMN message_id TYPE text COLLATE "C";

ALTER TABLE outbox
  ALTER COLUMN contract TYPE text COLLATE "C",
  ALTER COLUMN key TYPE text COLLATE "C";

ALTER TABLE outbox_stopped
  ALTER COLUMN contract TYPE text COLLATE "C",
  ALTER COLUMN key TYPE text COLLATE "C";
