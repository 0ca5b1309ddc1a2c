-- fits code from version 1

CREATE TABLE inbox (
  consumer text NOT NULL,
  key text NOT NULL,
  fingerprint text NOT NULL,
  reply bytea,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, key)
) WITH (fillfactor = 70);

CREATE INDEX inbox_at ON inbox (at);

CREATE TABLE step_fence (
  message_id text PRIMARY KEY,
  ran boolean NOT NULL,
  compensated boolean NOT NULL DEFAULT false,
  at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX step_fence_at ON step_fence (at);

CREATE TABLE outbox_owner (
  owner text PRIMARY KEY,
  until timestamptz NOT NULL
);

CREATE TABLE outbox_partition (
  partition int PRIMARY KEY,
  epoch bigint NOT NULL DEFAULT 0,
  owner text,
  until timestamptz
) WITH (fillfactor = 50);

INSERT INTO outbox_partition (partition) SELECT generate_series(0, 63);

CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  partition int NOT NULL,
  contract text NOT NULL,
  key text NOT NULL,
  message_id text NOT NULL,
  body bytea NOT NULL,
  headers text NOT NULL,
  waiting boolean NOT NULL DEFAULT false,
  at timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

CREATE INDEX outbox_ready ON outbox (contract, partition, id) WHERE NOT waiting;
CREATE INDEX outbox_waiting ON outbox (contract, partition, key, id) WHERE waiting;

CREATE TABLE outbox_stopped (
  partition int NOT NULL,
  contract text NOT NULL,
  key text NOT NULL,
  row_id bigint NOT NULL,
  attempts int NOT NULL,
  due timestamptz NOT NULL,
  cause text NOT NULL,
  PRIMARY KEY (partition, contract, key)
);

CREATE TABLE outbox_dead_letter (
  id bigint PRIMARY KEY,
  partition int NOT NULL,
  contract text NOT NULL,
  key text NOT NULL,
  message_id text NOT NULL,
  body bytea NOT NULL,
  headers text NOT NULL,
  attempts int NOT NULL,
  cause text NOT NULL,
  at timestamptz NOT NULL,
  parked_at timestamptz NOT NULL DEFAULT now()
);
