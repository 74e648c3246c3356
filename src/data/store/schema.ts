/** Raised whenever what stands in the store changes its meaning: an older one is built anew. */
export const STORE_VERSION = 8;

// Everything here is derived from the log and what lies beside it. Rows: see rows.ts.
export const STORE_SCHEMA = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- The row of an entity is that of the observation that it began with; times in Unix milliseconds.
CREATE TABLE entity (
  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, time INTEGER NOT NULL, doc TEXT NOT NULL,
  west REAL, south REAL, east REAL, north REAL);
CREATE VIRTUAL TABLE place USING rtree(row, west, east, south, north);
-- In its place, of what is at a point and nowhere else: see cells.ts.
CREATE TABLE spot (
  cell INTEGER NOT NULL, row INTEGER NOT NULL, x REAL NOT NULL, y REAL NOT NULL,
  PRIMARY KEY (cell, row)) WITHOUT ROWID;
CREATE TABLE typed (type TEXT NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (type, row)) WITHOUT ROWID;

-- What attributes say, as far as it is text, a number or a list of them: only narrows, a longer text stands here by its beginning.
CREATE TABLE said (
  attribute TEXT NOT NULL, value NOT NULL, row INTEGER NOT NULL,
  PRIMARY KEY (attribute, value, row)) WITHOUT ROWID;

-- How many entities have it; '' counts the entities of a type, and of all types together.
CREATE TABLE tally (
  type TEXT NOT NULL, attribute TEXT NOT NULL, kind TEXT NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (type, attribute, kind)) WITHOUT ROWID;

CREATE TABLE observation (
  row INTEGER PRIMARY KEY, id TEXT NOT NULL, time INTEGER NOT NULL, received INTEGER NOT NULL,
  doc TEXT NOT NULL);
CREATE INDEX observation_of ON observation (id);

-- Numbers that observations say; names of attributes stand in word. Places in 1e-7 degree.
CREATE TABLE word (n INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE measured (
  name INTEGER NOT NULL, time INTEGER NOT NULL, row INTEGER NOT NULL, value REAL NOT NULL,
  x INTEGER, y INTEGER, told INTEGER NOT NULL,
  PRIMARY KEY (name, time, row)) WITHOUT ROWID;
`;
