-- :acquire
-- Locks in the order of partitions, as every statement here does. Waits for writes that are under way.
WITH alive AS (
  INSERT INTO saga_owner (owner, until) VALUES ($1, @now + $3 * interval '1 ms')
  ON CONFLICT (owner) DO UPDATE SET until = excluded.until
), free AS MATERIALIZED (
  SELECT partition FROM saga_partition WHERE owner IS NULL OR until <= @now
  ORDER BY partition LIMIT $2 FOR UPDATE
), taken AS (
  UPDATE saga_partition p SET owner = $1, epoch = p.epoch + 1, until = @now + $3 * interval '1 ms'
  FROM free WHERE p.partition = free.partition
  RETURNING p.partition, p.epoch
), gone AS (
  DELETE FROM saga_owner WHERE until < @now - interval '1 hour' AND owner <> $1
)
SELECT o.owners, taken.partition, taken.epoch
FROM (SELECT 1 + count(*)::int AS owners FROM saga_owner WHERE until > @now AND owner <> $1) o
LEFT JOIN taken ON true

-- :renew
WITH held AS MATERIALIZED (
  SELECT p.partition FROM saga_partition p
  JOIN unnest($2::int[], $3::bigint[]) AS l(partition, epoch) ON p.partition = l.partition AND p.epoch = l.epoch
  WHERE p.owner = $1 AND p.until > @now
  ORDER BY p.partition FOR NO KEY UPDATE OF p
)
UPDATE saga_partition p SET until = @now + $4 * interval '1 ms' FROM held WHERE p.partition = held.partition
RETURNING p.partition, p.epoch

-- :release
WITH held AS MATERIALIZED (
  SELECT p.partition FROM saga_partition p
  JOIN unnest($2::int[], $3::bigint[]) AS l(partition, epoch) ON p.partition = l.partition AND p.epoch = l.epoch
  WHERE p.owner = $1
  ORDER BY p.partition FOR NO KEY UPDATE OF p
)
UPDATE saga_partition p SET owner = NULL FROM held WHERE p.partition = held.partition

-- :leave
WITH gone AS (
  DELETE FROM saga_owner WHERE owner = $1
), held AS MATERIALIZED (
  SELECT partition FROM saga_partition WHERE owner = $1 ORDER BY partition FOR NO KEY UPDATE
)
UPDATE saga_partition p SET owner = NULL FROM held WHERE p.partition = held.partition

-- :write
-- IN within CASE and IS TRUE keeps the planner from making it a join that compares all with all.
WITH fence AS MATERIALIZED (
  SELECT partition, epoch FROM saga_partition WHERE partition = ANY ($1::int[]) ORDER BY partition FOR SHARE
), batch AS MATERIALIZED (
  SELECT * FROM unnest($2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[],
    $9::text[], $10::text[], $11::bytea[], $12::bytea[], $13::bigint[], $14::bigint[], $15::int[], $16::bigint[],
    $17::text[]) AS b(partition, epoch, saga, key, id, version, definition, status, steps, state, commands, due,
    deadline, events, signals, history)
), allowed AS MATERIALIZED (
  SELECT b.*, CASE WHEN b.status IN ('COMPLETED', 'COMPENSATED') THEN @now END AS ended FROM batch b
  WHERE CASE WHEN b.epoch = 0 THEN b.version = 1
    ELSE (b.partition, b.epoch) IN (SELECT partition, epoch FROM fence) END
  ORDER BY b.key, b.saga
), started AS (
  INSERT INTO saga (saga, key, id, partition, version, definition, status, steps, state, commands, due, deadline,
    ended, events)
  SELECT saga, key, id, partition, version, definition, status, steps, state, commands,
    @now + due * interval '1 ms', @now + deadline * interval '1 ms', ended, events
  FROM allowed WHERE version = 1
  ON CONFLICT DO NOTHING
  RETURNING id
), changed AS (
  UPDATE saga s SET version = a.version, status = a.status, steps = a.steps, state = a.state,
    commands = a.commands, ended = a.ended, events = a.events,
    due = CASE WHEN s.signals <= a.signals THEN @now + a.due * interval '1 ms'
      WHEN a.ended IS NULL THEN @now END
  FROM allowed a
  WHERE a.version > 1 AND s.key = a.key AND s.saga = a.saga AND s.id = a.id AND s.version = a.version - 1
  RETURNING s.id
), written AS (
  SELECT id FROM started UNION ALL SELECT id FROM changed
), told AS (
  INSERT INTO saga_history (id, version, events)
  SELECT a.id, a.version, a.history::json FROM allowed a
  WHERE a.history IS NOT NULL AND (a.id IN (SELECT id FROM written)) IS TRUE
), consumed AS (
  UPDATE saga_signal g SET waiting = false, body = NULL
  FROM unnest($18::text[], $19::text[]) AS c(instance, id) JOIN written w ON w.id = c.instance
  WHERE g.instance = c.instance AND g.id = c.id
)
SELECT count(*)::int AS count, CASE WHEN count(*) < $20 THEN array_agg(id) END AS written,
  CASE WHEN count(*) < $20 THEN (SELECT array_agg(id) FROM allowed) END AS allowed
FROM written

-- :load
SELECT r.*, extract(epoch FROM r.due - @now)::float8 * 1000 AS due_in,
  extract(epoch FROM r.deadline - @now)::float8 * 1000 AS left_in
FROM saga_row r
WHERE r.status IN ('RUNNING', 'COMPENSATING') AND r.partition = ANY ($1::int[]) AND r.id > $2
ORDER BY r.id LIMIT $3

-- :due
SELECT r.*, extract(epoch FROM r.due - @now)::float8 * 1000 AS due_in,
  extract(epoch FROM r.deadline - @now)::float8 * 1000 AS left_in
FROM saga_row r
WHERE r.due <= @now AND r.partition = ANY ($1::int[])
ORDER BY r.due LIMIT $2

-- :find
SELECT r.*, extract(epoch FROM r.due - @now)::float8 * 1000 AS due_in,
  extract(epoch FROM r.deadline - @now)::float8 * 1000 AS left_in
FROM saga_row r
WHERE r.key = $2 AND r.saga = $1

-- :signal
WITH instance AS MATERIALIZED (
  SELECT id, status = ANY ($3::text[]) AS fits FROM saga WHERE key = $2 AND saga = $1 FOR NO KEY UPDATE
), stored AS (
  INSERT INTO saga_signal (instance, id, kind, name, body, said_by, why)
  SELECT id, $4, $5, $6, $7, $8, $9 FROM instance WHERE fits
  ON CONFLICT DO NOTHING
  RETURNING instance
), told AS (
  UPDATE saga s SET signals = s.signals + 1, due = @now
  FROM stored WHERE s.key = $2 AND s.saga = $1 AND s.id = stored.instance
)
SELECT CASE
  WHEN EXISTS (SELECT FROM stored) THEN 'ACCEPTED'
  WHEN EXISTS (SELECT FROM instance i WHERE i.fits
    OR EXISTS (SELECT FROM saga_signal g WHERE g.instance = i.id AND g.id = $4)) THEN 'DUPLICATE'
  ELSE 'UNKNOWN_INSTANCE' END

-- :history
SELECT h.id, h.events FROM saga s JOIN saga_history h ON h.id = s.id
WHERE s.key = $2 AND s.saga = $1 ORDER BY h.version

-- :purge
WITH old AS (
  DELETE FROM saga WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM saga WHERE ended <= @now - $1 * interval '1 ms'
    ORDER BY ended LIMIT $2 FOR UPDATE SKIP LOCKED))
  RETURNING id
), history AS (
  DELETE FROM saga_history WHERE id = ANY (ARRAY(SELECT id FROM old))
), signals AS (
  DELETE FROM saga_signal WHERE instance = ANY (ARRAY(SELECT id FROM old))
)
SELECT count(*)::int FROM old
