-- :acquire
-- Locks in the order of partitions, as every statement here does. Waits for changes that are under way.
WITH alive AS (
  INSERT INTO outbox_owner (owner, until) VALUES ($1, @now + $3 * interval '1 ms')
  ON CONFLICT (owner) DO UPDATE SET until = excluded.until
), free AS MATERIALIZED (
  SELECT partition FROM outbox_partition WHERE owner IS NULL OR until <= @now
  ORDER BY partition LIMIT $2 FOR UPDATE
), taken AS (
  UPDATE outbox_partition p SET owner = $1, epoch = p.epoch + 1, until = @now + $3 * interval '1 ms'
  FROM free WHERE p.partition = free.partition
  RETURNING p.partition, p.epoch
), gone AS (
  DELETE FROM outbox_owner WHERE until < @now - interval '1 hour' AND owner <> $1
)
SELECT o.owners, taken.partition, taken.epoch
FROM (SELECT 1 + count(*)::int AS owners FROM outbox_owner WHERE until > @now AND owner <> $1) o
LEFT JOIN taken ON true

-- :renew
WITH held AS MATERIALIZED (
  SELECT p.partition FROM outbox_partition p
  JOIN unnest($2::int[], $3::bigint[]) AS l(partition, epoch) ON p.partition = l.partition AND p.epoch = l.epoch
  WHERE p.owner = $1 AND p.until > @now
  ORDER BY p.partition FOR NO KEY UPDATE OF p
)
UPDATE outbox_partition p SET until = @now + $4 * interval '1 ms' FROM held WHERE p.partition = held.partition
RETURNING p.partition, p.epoch

-- :release
WITH held AS MATERIALIZED (
  SELECT p.partition FROM outbox_partition p
  JOIN unnest($2::int[], $3::bigint[]) AS l(partition, epoch) ON p.partition = l.partition AND p.epoch = l.epoch
  WHERE p.owner = $1
  ORDER BY p.partition FOR NO KEY UPDATE OF p
)
UPDATE outbox_partition p SET owner = NULL FROM held WHERE p.partition = held.partition

-- :leave
WITH gone AS (
  DELETE FROM outbox_owner WHERE owner = $1
), held AS MATERIALIZED (
  SELECT partition FROM outbox_partition WHERE owner = $1 ORDER BY partition FOR NO KEY UPDATE
)
UPDATE outbox_partition p SET owner = NULL FROM held WHERE p.partition = held.partition

-- :stopped
SELECT contract, partition, key, row_id, attempts, extract(epoch FROM due - @now)::float8 * 1000 AS due_in, cause
FROM outbox_stopped WHERE partition = ANY ($1)

-- :ready
SELECT o.id, o.partition, o.contract, o.key, o.message_id, o.body, o.headers
FROM unnest($1::text[], $2::int[], $3::int[]) AS l(contract, partition, most)
CROSS JOIN LATERAL (
  SELECT id, partition, contract, key, message_id, body, headers FROM outbox
  WHERE contract = l.contract AND partition = l.partition AND NOT waiting ORDER BY id LIMIT l.most
) o

-- :aside
SELECT id, partition, contract, key, message_id, body, headers FROM outbox
WHERE contract = $1 AND partition = $2 AND key = $3 AND waiting ORDER BY id LIMIT $4

-- :settle
WITH fence AS MATERIALIZED (
  SELECT partition, epoch FROM outbox_partition WHERE partition = ANY ($1::int[]) ORDER BY partition FOR SHARE
), held AS MATERIALIZED (
  SELECT l.partition FROM unnest($1::int[], $2::bigint[]) AS l(partition, epoch)
  JOIN fence f ON f.partition = l.partition AND f.epoch = l.epoch
), sent AS (
  DELETE FROM outbox o USING unnest($3::int[], $4::bigint[]) AS s(partition, id)
  WHERE o.id = s.id AND s.partition IN (SELECT partition FROM held)
), given_up AS (
  DELETE FROM outbox o USING unnest($5::int[], $6::bigint[], $7::int[], $8::text[]) AS g(partition, id, attempts, cause)
  WHERE o.id = g.id AND g.partition IN (SELECT partition FROM held)
  RETURNING o.id, o.partition, o.contract, o.key, o.message_id, o.body, o.headers, g.attempts, g.cause, o.at
), dead AS (
  INSERT INTO outbox_dead_letter (id, partition, contract, key, message_id, body, headers, attempts, cause, at)
  SELECT * FROM given_up
), aside AS (
  UPDATE outbox o SET waiting = true FROM unnest($9::int[], $10::bigint[]) AS a(partition, id)
  WHERE o.id = a.id AND NOT o.waiting AND a.partition IN (SELECT partition FROM held)
), stopped AS (
  INSERT INTO outbox_stopped AS o (partition, contract, key, row_id, attempts, due, cause)
  SELECT s.partition, s.contract, s.key, s.row_id, s.attempts, @now + s.due * interval '1 ms', s.cause
  FROM unnest($11::int[], $12::text[], $13::text[], $14::bigint[], $15::int[], $16::bigint[], $17::text[])
    AS s(partition, contract, key, row_id, attempts, due, cause)
  WHERE s.partition IN (SELECT partition FROM held)
  ON CONFLICT (partition, contract, key) DO UPDATE
  SET row_id = excluded.row_id, attempts = excluded.attempts, due = excluded.due, cause = excluded.cause
), resumed AS (
  DELETE FROM outbox_stopped o USING unnest($18::int[], $19::text[], $20::text[]) AS r(partition, contract, key)
  WHERE o.partition = r.partition AND o.contract = r.contract AND o.key = r.key
    AND r.partition IN (SELECT partition FROM held)
)
SELECT l.partition, l.epoch FROM unnest($1::int[], $2::bigint[]) AS l(partition, epoch)
WHERE l.partition NOT IN (SELECT partition FROM held)

-- :dead_letters
SELECT id, contract, key, message_id, body, headers, attempts, cause FROM outbox_dead_letter ORDER BY id LIMIT $1

-- :redrive
WITH letters AS (
  DELETE FROM outbox_dead_letter WHERE id = ANY ($1)
  RETURNING id, partition, contract, key, message_id, body, headers
)
INSERT INTO outbox (partition, contract, key, message_id, body, headers)
SELECT partition, contract, key, message_id, body, headers FROM letters ORDER BY id RETURNING partition
