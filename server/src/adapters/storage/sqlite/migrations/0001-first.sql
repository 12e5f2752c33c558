-- breaking: yes
-- Every event, in commit order. No second index: an aggregate's events are found through its cluster.
CREATE TABLE log (
  seq INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  noun TEXT NOT NULL,
  aggregate BLOB NOT NULL,
  n INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  request TEXT,
  event TEXT NOT NULL
) STRICT;

-- The slot of each aggregate: a small number, given in order of creation, for ever.
CREATE TABLE aggregate (
  id BLOB PRIMARY KEY,
  slot INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- All that one aggregate is made of, side by side: slot * 2^24 + offset (see places.ts), where the offset is
--   1 to 2^23 - 2   event number n; ref: its seq; kind: the kind of part it creates; overlay: seq of the latest event laid over it
--   2^23 - 1        the head, beside the newest event; ref: its version; kind: its noun
--   2^23 and more   a key used up once, by its hash; key: its digest; ref: the number of the event that used it
-- An integer key, because a table by rowid keeps its rows out of the inner pages of its tree: half the bytes written, measured.
-- handles, trace: what the write put into other tables, so that erasing finds it again (see trace.ts).
CREATE TABLE cluster (
  place INTEGER PRIMARY KEY,
  ref INTEGER NOT NULL,
  kind TEXT,
  overlay INTEGER,
  handles BLOB,
  trace TEXT,
  key BLOB,
  account TEXT,
  shape INTEGER,
  at INTEGER,
  due INTEGER,
  clock TEXT,
  erasing INTEGER,
  state TEXT
) STRICT;

-- The traces of writes without events, which are rare.
CREATE TABLE trace (
  slot INTEGER NOT NULL,
  handles BLOB,
  trace TEXT
) STRICT;
CREATE INDEX trace_of_slot ON trace (slot);

-- Keys that one aggregate of an account holds.
CREATE TABLE claim (
  account TEXT NOT NULL,
  kind TEXT NOT NULL,
  route TEXT NOT NULL,
  key TEXT NOT NULL,
  aggregate BLOB NOT NULL,
  PRIMARY KEY (account, kind, route, key)
) STRICT, WITHOUT ROWID;

-- Keys that many may hold, as digests of account, kind and key: short rows, because every message may write one at a random
-- place. lasting: put there by an event, for ever; else by a state, until it says otherwise.
CREATE TABLE handle (
  digest BLOB NOT NULL,
  aggregate BLOB NOT NULL,
  lasting INTEGER NOT NULL,
  PRIMARY KEY (digest, aggregate)
) STRICT, WITHOUT ROWID;

CREATE TABLE listing (
  account TEXT NOT NULL,
  noun TEXT NOT NULL,
  list TEXT NOT NULL,
  equal TEXT NOT NULL,
  sort ANY NOT NULL,
  aggregate BLOB NOT NULL,
  facets TEXT NOT NULL,
  PRIMARY KEY (account, noun, list, equal, sort, aggregate)
) STRICT, WITHOUT ROWID;

CREATE TABLE due (
  clock TEXT NOT NULL,
  at INTEGER NOT NULL,
  aggregate BLOB NOT NULL,
  PRIMARY KEY (clock, at, aggregate)
) STRICT, WITHOUT ROWID;

-- Aggregates whose rows are being removed: nearly always empty.
CREATE TABLE erasing (
  aggregate BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- What is to be done in the world. Settled ones are removed.
CREATE TABLE effect (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  noun TEXT NOT NULL,
  aggregate BLOB NOT NULL,
  kind TEXT NOT NULL,
  mode TEXT NOT NULL,
  key TEXT NOT NULL,
  payload TEXT NOT NULL,
  state TEXT NOT NULL,
  tries INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  error TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX effect_open ON effect (next_at, id) WHERE state <> 'dead';
CREATE INDEX effect_open_of_account ON effect (account, next_at, id) WHERE state <> 'dead';
CREATE INDEX effect_dead ON effect (account, next_at, id) WHERE state = 'dead';
CREATE INDEX effect_dead_of_aggregate ON effect (aggregate) WHERE state = 'dead';

CREATE TABLE answer (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  status INTEGER NOT NULL,
  headers TEXT NOT NULL,
  body TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX answer_age ON answer (at);

CREATE TABLE clock (
  account TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  now INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- An account's own feed, as far as cursor 'feed' says.
CREATE TABLE account_log (
  account TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (account, seq)
) STRICT, WITHOUT ROWID;

-- has_body: holds something that erasing its aggregate must remove.
CREATE TABLE delivery (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  target TEXT NOT NULL,
  url TEXT NOT NULL,
  event TEXT NOT NULL,
  event_type TEXT NOT NULL,
  seq INTEGER NOT NULL,
  aggregate BLOB NOT NULL,
  state TEXT NOT NULL,
  tries INTEGER NOT NULL,
  next_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  last_status INTEGER,
  last_error TEXT,
  frozen TEXT,
  has_body INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_of_account ON delivery (account, seq, id);
CREATE INDEX delivery_failed_of_account ON delivery (account, state, seq, id) WHERE state <> 'delivered';
CREATE INDEX delivery_parked ON delivery (next_at, id) WHERE state = 'parked';
CREATE INDEX delivery_parked_of_aggregate ON delivery (aggregate, target, seq, id) WHERE has_body = 1;
CREATE INDEX delivery_age ON delivery (updated_at) WHERE state = 'delivered';

-- How far those have come who read the log.
CREATE TABLE cursor (
  name TEXT PRIMARY KEY,
  seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Numbers of the store itself. last_seq: no event gets this number or a lower one again, even when the newest are erased.
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
