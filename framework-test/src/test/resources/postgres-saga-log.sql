-- :schema
CREATE TABLE saga_clock (shift interval);
INSERT INTO saga_clock VALUES ('0');
CREATE FUNCTION saga_now() RETURNS timestamptz LANGUAGE sql AS 'SELECT clock_timestamp() + shift FROM saga_clock';
CREATE TABLE saga_owner (owner text PRIMARY KEY, until timestamptz);
CREATE TABLE saga_partition (partition int PRIMARY KEY, owner text, epoch bigint, until timestamptz);
INSERT INTO saga_partition SELECT p, NULL, 0, NULL FROM generate_series(0, 255) p;
CREATE TABLE saga (id text, saga text, key text, partition int, version bigint, definition text, status text,
  steps text, state bytea, command_step int[], command_id text[], command_body bytea[], command_attempt int[],
  command_refused bool[], command_answer bytea[], due timestamptz, deadline timestamptz, ended timestamptz,
  events int, signals bigint, PRIMARY KEY (saga, key));
CREATE TABLE saga_signal (n bigserial, saga text, key text, id text, kind text, name text, body bytea, who text,
  why text, waiting boolean DEFAULT true, PRIMARY KEY (saga, key, id));
CREATE VIEW saga_row AS SELECT *, extract(epoch FROM due - saga_now()) * 1000 due_in,
  extract(epoch FROM deadline - saga_now()) * 1000 left_in FROM saga CROSS JOIN LATERAL (
  SELECT array_agg(g.id ORDER BY n) signal_id, array_agg(g.kind ORDER BY n) signal_kind,
  array_agg(g.name ORDER BY n) signal_name, array_agg(g.body ORDER BY n) signal_body,
  array_agg(g.who ORDER BY n) signal_who, array_agg(g.why ORDER BY n) signal_why
  FROM saga_signal g WHERE waiting AND g.saga = saga.saga AND g.key = saga.key) waiting;
CREATE TABLE saga_event (n bigserial, id text, saga text, key text, kind text, step text, attempt int,
  detail text, node text, epoch bigint, at_millis bigint);

-- :alive
INSERT INTO saga_owner VALUES ($1, saga_now() + $2 * interval '1 ms')
ON CONFLICT (owner) DO UPDATE SET until = excluded.until

-- :acquire
UPDATE saga_partition SET owner = $1, epoch = epoch + 1, until = saga_now() + $3 * interval '1 ms'
WHERE partition IN (SELECT partition FROM saga_partition WHERE owner IS NULL OR until <= saga_now()
ORDER BY partition LIMIT $2 FOR UPDATE) RETURNING partition, epoch

-- :owners
SELECT count(*) c FROM saga_owner WHERE until > saga_now()

-- :renew
UPDATE saga_partition p SET until = saga_now() + $4 * interval '1 ms'
FROM unnest($2::int[], $3::bigint[]) l(partition, epoch)
WHERE p.partition = l.partition AND p.epoch = l.epoch AND p.owner = $1 AND p.until > saga_now()
RETURNING p.partition, p.epoch

-- :release
UPDATE saga_partition p SET owner = NULL FROM unnest($2::int[], $3::bigint[]) l(partition, epoch)
WHERE p.partition = l.partition AND p.epoch = l.epoch AND p.owner = $1

-- :leave
WITH gone AS (DELETE FROM saga_owner WHERE owner = $1)
UPDATE saga_partition SET owner = NULL WHERE owner = $1

-- :write
WITH batch AS (SELECT * FROM unnest($1::int[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[],
    $7::text[], $8::text[], $9::text[], $10::bytea[], $11::bigint[], $12::bigint[], $30::int[], $31::bigint[])
    WITH ORDINALITY AS b(partition, epoch, id, saga, key, version, definition, status, steps, state, due, deadline,
    events, signals, n)),
fence AS MATERIALIZED (SELECT partition, epoch FROM saga_partition WHERE partition = ANY ($1) FOR SHARE),
command AS (SELECT n, array_agg(step ORDER BY c) step, array_agg(id ORDER BY c) id, array_agg(body ORDER BY c) body,
    array_agg(attempt ORDER BY c) attempt, array_agg(refused ORDER BY c) refused, array_agg(answer ORDER BY c) answer
    FROM unnest($13::bigint[], $14::int[], $15::text[], $16::bytea[], $17::int[], $18::bool[], $19::bytea[])
    WITH ORDINALITY AS c(n, step, id, body, attempt, refused, answer, c) GROUP BY n),
allowed AS (SELECT b.*, c.step, c.id AS cid, c.body, c.attempt, c.refused, c.answer FROM batch b
    JOIN fence f ON f.partition = b.partition AND (f.epoch = b.epoch OR b.epoch = 0 AND b.version = 1)
    LEFT JOIN command c ON c.n = b.n ORDER BY b.saga, b.key),
started AS (INSERT INTO saga SELECT id, saga, key, partition, version, definition, status, steps, state, step, cid,
    body, attempt, refused, answer, saga_now() + due * interval '1 ms', saga_now() + deadline * interval '1 ms',
    CASE WHEN status LIKE 'COMP%ED' THEN saga_now() END, events, 0
    FROM allowed WHERE version = 1 ON CONFLICT DO NOTHING RETURNING saga, key),
changed AS (UPDATE saga s SET version = a.version, status = a.status, steps = a.steps, state = a.state,
    command_step = a.step, command_id = a.cid, command_body = a.body, command_attempt = a.attempt,
    command_refused = a.refused, command_answer = a.answer, events = a.events,
    due = saga_now() + CASE WHEN s.signals <= a.signals THEN a.due WHEN a.status LIKE 'COMP%ED' THEN NULL ELSE 0 END
    * interval '1 ms', ended = CASE WHEN a.status LIKE 'COMP%ED' THEN saga_now() END
    FROM allowed a WHERE s.saga = a.saga AND s.key = a.key AND s.id = a.id AND s.version = a.version - 1
    RETURNING s.saga, s.key),
written AS (SELECT * FROM started UNION ALL SELECT * FROM changed),
told AS (INSERT INTO saga_event (id, saga, key, kind, step, attempt, detail, node, epoch, at_millis)
    SELECT e.id, e.saga, e.key, e.kind, e.step, e.attempt, e.detail, e.node, e.epoch, e.at
    FROM unnest($20::text[], $21::text[], $22::text[], $23::text[], $24::text[], $25::int[], $26::text[], $27::text[],
    $28::bigint[], $29::bigint[]) WITH ORDINALITY
    AS e(id, saga, key, kind, step, attempt, detail, node, epoch, at, n)
    JOIN written w ON w.saga = e.saga AND w.key = e.key ORDER BY e.n),
consumed AS (UPDATE saga_signal g SET waiting = false, body = NULL
    FROM unnest($32::text[], $33::text[], $34::text[]) c(saga, key, id)
    JOIN written w ON w.saga = c.saga AND w.key = c.key WHERE g.saga = c.saga AND g.key = c.key AND g.id = c.id)
SELECT CASE WHEN w.key IS NOT NULL THEN 'WRITTEN' WHEN a.key IS NULL THEN 'FENCED' ELSE 'VERSION_CONFLICT' END r
FROM batch b LEFT JOIN written w ON w.saga = b.saga AND w.key = b.key
LEFT JOIN allowed a ON a.n = b.n ORDER BY b.n

-- :load
SELECT * FROM saga_row WHERE partition = ANY ($1) AND status IN ('RUNNING', 'COMPENSATING')
  AND ($2::text IS NULL OR id > $2) ORDER BY id COLLATE "C" LIMIT $3

-- :due
SELECT * FROM saga_row WHERE partition = ANY ($1) AND due <= saga_now() ORDER BY due LIMIT $2

-- :signal
WITH instance AS (SELECT status FROM saga WHERE saga = $1 AND key = $2 FOR UPDATE),
fit AS (SELECT FROM instance WHERE status = ANY ($9::text[])),
stored AS (INSERT INTO saga_signal (saga, key, id, kind, name, body, who, why)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8 FROM fit ON CONFLICT DO NOTHING RETURNING id),
told AS (UPDATE saga SET signals = signals + 1, due = saga_now() WHERE saga = $1 AND key = $2
    AND EXISTS (SELECT FROM stored))
SELECT CASE WHEN EXISTS (SELECT FROM stored) THEN 'ACCEPTED' WHEN EXISTS (SELECT FROM fit) OR EXISTS
    (SELECT FROM saga_signal WHERE saga = $1 AND key = $2 AND id = $3) THEN 'DUPLICATE' ELSE 'UNKNOWN_INSTANCE' END r

-- :find
SELECT * FROM saga_row WHERE saga = $1 AND key = $2

-- :history
SELECT * FROM saga_event WHERE saga = $1 AND key = $2 ORDER BY n

-- :purge
WITH old AS (DELETE FROM saga WHERE (saga, key) IN (SELECT saga, key FROM saga
    WHERE ended <= saga_now() - $1 * interval '1 ms' ORDER BY ended LIMIT $2) RETURNING saga, key),
  events AS (DELETE FROM saga_event e USING old WHERE e.saga = old.saga AND e.key = old.key),
  signals AS (DELETE FROM saga_signal g USING old WHERE g.saga = old.saga AND g.key = old.key)
SELECT count(*) c FROM old
