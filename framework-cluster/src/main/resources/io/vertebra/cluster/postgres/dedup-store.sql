-- :begin
-- A token is unique for ever: the number of the batch, and the place in it. The row of a key that is
-- taken is locked and looked at as it is then; what is read of it afterwards may be older, so it counts
-- only while it is valid.
WITH batch AS MATERIALIZED (
  SELECT nextval('dedup_batch') * 1024 AS token
), ask AS MATERIALIZED (
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) WITH ORDINALITY
    AS a(consumer, key, fingerprint, lease, n)
), taken AS (
  INSERT INTO dedup (consumer, key, fingerprint, token, begun, until)
  SELECT a.consumer, a.key, a.fingerprint, batch.token + a.n, @now, @now + a.lease * interval '1 ms'
  FROM ask a CROSS JOIN batch ORDER BY a.consumer COLLATE "C", a.key COLLATE "C"
  ON CONFLICT (consumer, key) DO UPDATE SET fingerprint = excluded.fingerprint, token = excluded.token,
    begun = excluded.begun, until = excluded.until, reply = NULL
  WHERE dedup.until <= @now
  RETURNING token
)
SELECT token, NULL::int AS n, NULL AS fingerprint, NULL::bytea AS reply FROM taken
UNION ALL
SELECT NULL, a.n::int, d.fingerprint, d.reply
FROM ask a JOIN dedup d ON d.consumer = a.consumer AND d.key = a.key
WHERE a.n NOT IN (SELECT token % 1024 FROM taken) AND d.until > @now

-- :settle
-- With a reply: complete. With a lease: extend. With neither: release.
WITH ask AS MATERIALIZED (
  SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bytea[], $5::bigint[]) WITH ORDINALITY
    AS a(consumer, key, token, reply, millis, n)
  ORDER BY a.consumer COLLATE "C", a.key COLLATE "C"
), kept AS (
  UPDATE dedup d SET reply = a.reply, until = @now + a.millis * interval '1 ms'
  FROM ask a
  WHERE a.millis IS NOT NULL AND d.consumer = a.consumer AND d.key = a.key AND d.token = a.token AND d.reply IS NULL
  RETURNING a.n
), released AS (
  DELETE FROM dedup d USING ask a
  WHERE a.millis IS NULL AND d.consumer = a.consumer AND d.key = a.key AND d.token = a.token AND d.reply IS NULL
  RETURNING a.n
)
SELECT array_agg(n)::int[] AS settled FROM (SELECT n FROM kept UNION ALL SELECT n FROM released) s

-- :purge
-- Goes on after the last one: the index still holds those that were deleted before. A message that ran
-- out of its lease is kept as long as a reply, in case it is still being handled.
WITH old AS MATERIALIZED (
  SELECT ctid, begun FROM dedup
  WHERE begun >= $1 AND begun <= @now - $2 * interval '1 ms' AND until <= @now
    AND (reply IS NOT NULL OR until <= @now - $2 * interval '1 ms')
  ORDER BY begun LIMIT $3 FOR UPDATE SKIP LOCKED
), gone AS (
  DELETE FROM dedup WHERE ctid = ANY (ARRAY(SELECT ctid FROM old))
)
SELECT count(*)::int AS count, max(begun) AS last FROM old
