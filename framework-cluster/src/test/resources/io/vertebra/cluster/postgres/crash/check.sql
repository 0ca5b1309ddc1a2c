-- What must not be there after a run; each statement answers one number, which has to be 0.

-- effects_twice
SELECT count(*) FROM (
  SELECT 1 FROM effect_log GROUP BY order_id, step, kind HAVING count(*) > 1
) twice;

-- compensations_without_their_action
SELECT count(*) FROM effect_log undone
WHERE undone.kind = 'undo' AND NOT EXISTS (
  SELECT 1 FROM effect_log done
  WHERE done.order_id = undone.order_id AND done.step = undone.step AND done.kind = 'do' AND done.n < undone.n
);

-- orders_neither_shipped_nor_undone
SELECT count(*) FROM accepted a
WHERE NOT EXISTS (SELECT 1 FROM effect_log e WHERE e.order_id = a.order_id AND e.step = 'crash.ship')
  AND (
    NOT EXISTS (SELECT 1 FROM effect_log e WHERE e.order_id = a.order_id AND e.kind = 'undo')
    OR EXISTS (
      SELECT 1 FROM effect_log done WHERE done.order_id = a.order_id AND done.kind = 'do' AND NOT EXISTS (
        SELECT 1 FROM effect_log undone
        WHERE undone.order_id = done.order_id AND undone.step = done.step AND undone.kind = 'undo'
      )
    )
  );

-- orders_shipped_and_undone
SELECT count(DISTINCT shipped.order_id) FROM effect_log shipped JOIN effect_log undone USING (order_id)
WHERE shipped.step = 'crash.ship' AND undone.kind = 'undo';

-- orders_shipped_with_a_step_missing
SELECT count(*) FROM effect_log shipped
WHERE shipped.step = 'crash.ship' AND (
  SELECT count(DISTINCT step) FROM effect_log e WHERE e.order_id = shipped.order_id AND e.kind = 'do'
) <> 3;

-- unpaid_orders_shipped
SELECT count(*) FROM effect_log WHERE step = 'crash.ship' AND right(order_id, 1) IN ('3', '7');
