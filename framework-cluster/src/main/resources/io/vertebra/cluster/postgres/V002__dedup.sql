-- fits code from version 1

CREATE SEQUENCE dedup_batch;

CREATE TABLE dedup (
  consumer text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  fingerprint text NOT NULL,
  token bigint NOT NULL,
  begun timestamptz NOT NULL,
  until timestamptz NOT NULL,
  reply bytea,
  PRIMARY KEY (consumer, key)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.1);

CREATE INDEX dedup_begun ON dedup (begun);
