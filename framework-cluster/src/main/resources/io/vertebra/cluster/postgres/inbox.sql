-- :begin
INSERT INTO @schema.inbox (consumer, key, fingerprint)
SELECT $1, m.key, m.fingerprint FROM unnest($2::text[], $3::text[]) AS m(key, fingerprint) ORDER BY m.key
ON CONFLICT DO NOTHING RETURNING key

-- :look
SELECT key, fingerprint, reply FROM @schema.inbox WHERE consumer = $1 AND key = ANY ($2)

-- :act
INSERT INTO @schema.step_fence AS f (message_id, ran)
SELECT DISTINCT m.id, true FROM unnest($1::text[]) AS m(id) ORDER BY m.id
ON CONFLICT (message_id) DO UPDATE SET ran = f.ran RETURNING message_id, compensated

-- :undo
INSERT INTO @schema.step_fence AS f (message_id, ran, compensated) VALUES ($1, false, true)
ON CONFLICT (message_id) DO UPDATE SET compensated = true RETURNING ran

-- :answer
UPDATE @schema.inbox i SET reply = m.reply FROM unnest($2::text[], $3::bytea[]) AS m(key, reply)
WHERE i.consumer = $1 AND i.key = m.key

-- :append
INSERT INTO @schema.outbox (partition, contract, key, message_id, body, headers)
SELECT m.partition, m.contract, m.key, m.message_id, m.body, m.headers
FROM unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[]) WITH ORDINALITY
  AS m(partition, contract, key, message_id, body, headers, n) ORDER BY m.n

-- :record
WITH kept AS (
  INSERT INTO @schema.inbox (consumer, key, fingerprint, reply)
  SELECT $1, m.key, m.fingerprint, m.reply
  FROM unnest($2::text[], $3::text[], $4::bytea[]) AS m(key, fingerprint, reply) ORDER BY m.key
  ON CONFLICT DO NOTHING RETURNING key),
sent AS (
  INSERT INTO @schema.outbox (partition, contract, key, message_id, body, headers)
  SELECT m.partition, m.contract, m.key, m.message_id, m.body, m.headers
  FROM unnest($5::int[], $6::text[], $7::text[], $8::text[], $9::bytea[], $10::text[], $11::text[]) WITH ORDINALITY
    AS m(partition, contract, key, message_id, body, headers, cause, n)
  WHERE m.cause IN (SELECT key FROM kept) ORDER BY m.n)
SELECT key FROM kept

-- :purge_inbox
WITH old AS (DELETE FROM @schema.inbox WHERE (consumer, key) IN (
  SELECT consumer, key FROM @schema.inbox WHERE at < @now - $1 * interval '1 ms' ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1)
SELECT count(*) c FROM old

-- :purge_fence
WITH old AS (DELETE FROM @schema.step_fence WHERE message_id IN (
  SELECT message_id FROM @schema.step_fence WHERE at < @now - $1 * interval '1 ms' ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1)
SELECT count(*) c FROM old

-- :did_nothing
UPDATE @schema.step_fence SET ran = false WHERE message_id = ANY ($1)
