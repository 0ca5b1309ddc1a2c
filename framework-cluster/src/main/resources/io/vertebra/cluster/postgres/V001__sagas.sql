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
  id text COLLATE "C" NOT NULL,
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
  events int NOT NULL,
  signals bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (key, saga)
);

CREATE INDEX saga_active ON saga (id) WHERE status IN ('RUNNING', 'COMPENSATING');
CREATE INDEX saga_due ON saga (due) WHERE due IS NOT NULL;
CREATE INDEX saga_ended ON saga (ended) WHERE ended IS NOT NULL;

CREATE TABLE saga_history (
  id text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  events json NOT NULL,
  PRIMARY KEY (id, version)
);

CREATE TABLE saga_signal (
  instance text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  n bigint GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL,
  name text NOT NULL,
  body bytea,
  said_by text NOT NULL,
  why text NOT NULL,
  waiting boolean NOT NULL DEFAULT true,
  PRIMARY KEY (instance, id)
);

CREATE VIEW saga_row AS
SELECT s.saga, s.key, s.id, s.partition, s.version, s.definition, s.status, s.steps, s.state, s.commands, s.due,
  s.deadline, s.events, s.signals, w.*
FROM saga s
LEFT JOIN LATERAL (
  SELECT array_agg(g.id ORDER BY g.n) AS signal_id, array_agg(g.kind ORDER BY g.n) AS signal_kind,
    array_agg(g.name ORDER BY g.n) AS signal_name, array_agg(g.body ORDER BY g.n) AS signal_body,
    array_agg(g.said_by ORDER BY g.n) AS signal_by, array_agg(g.why ORDER BY g.n) AS signal_why
  FROM saga_signal g WHERE s.signals > 0 AND g.instance = s.id AND g.waiting
) w ON true;
