-- fits code from version 1

CREATE TABLE saga_owner (
  owner text PRIMARY KEY,
  until timestamptz NOT NULL
);

CREATE TABLE saga_partition (
  partition int PRIMARY KEY,
  epoch bigint NOT NULL DEFAULT 0,
  owner text,
  until timestamptz
) WITH (fillfactor = 50);

INSERT INTO saga_partition (partition) SELECT generate_series(0, 255);

CREATE TABLE saga (
  saga text NOT NULL,
  key text NOT NULL,
  id text NOT NULL,
  partition int NOT NULL,
  version bigint NOT NULL,
  definition text NOT NULL,
  status text NOT NULL,
  steps text NOT NULL,
  state bytea NOT NULL,
  commands bytea NOT NULL,
  due timestamptz,
  deadline timestamptz NOT NULL,
  ended timestamptz,
  PRIMARY KEY (saga, key)
);

CREATE TABLE saga_event (
  id text NOT NULL,
  version bigint NOT NULL,
  n int NOT NULL,
  kind text NOT NULL,
  step text NOT NULL,
  attempt int NOT NULL,
  detail text NOT NULL,
  node text NOT NULL,
  epoch bigint NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (id, version, n)
);
