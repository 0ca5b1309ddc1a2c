-- The books of one run. Nothing in them keeps an effect from being there twice: that is for the services to see to, and for
-- whoever reads the log of effects to find out.

CREATE TABLE placed_order (
  order_id text PRIMARY KEY,
  content text NOT NULL,
  status text,
  reason text
);

CREATE TABLE stock (
  product text PRIMARY KEY,
  opening int NOT NULL,
  on_hand int NOT NULL,
  reserved int NOT NULL DEFAULT 0,
  CHECK (0 <= reserved AND reserved <= on_hand)
) WITH (fillfactor = 50);

CREATE TABLE reservation (order_id text NOT NULL, product text NOT NULL, pieces int NOT NULL);
CREATE INDEX ON reservation (order_id);

CREATE TABLE account (
  customer text PRIMARY KEY,
  credit_limit numeric NOT NULL,
  charged numeric NOT NULL DEFAULT 0,
  CHECK (charged <= credit_limit)
) WITH (fillfactor = 50);

CREATE TABLE charge (order_id text NOT NULL, customer text NOT NULL, amount numeric NOT NULL);
CREATE INDEX ON charge (order_id);

CREATE TABLE parcel (order_id text NOT NULL, product text NOT NULL, pieces int NOT NULL);

CREATE TABLE effect_log (
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  order_id text NOT NULL,
  step text NOT NULL,
  kind text NOT NULL,
  pieces bigint NOT NULL,
  amount numeric NOT NULL,
  node text NOT NULL
);
