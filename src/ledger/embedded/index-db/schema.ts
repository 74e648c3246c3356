/** Raised whenever what stands in the database changes its meaning: an older one is built anew. */
export const SCHEMA_VERSION = 1;

// Everything here is derived from the values file. `record.id`, `posting.key` and tokens: see layout.ts.
export const SCHEMA = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Numbers for names that many rows mention: facets, spaces of aliases, groups of keys, parents.
CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);

-- doc: see document.ts. facts: see facts.ts. The rest, in 1e-7 degree: NULL without a place, east and north of a point too.
CREATE TABLE record (
  id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, doc TEXT NOT NULL, facts TEXT NOT NULL,
  west INTEGER, south INTEGER, east INTEGER, north INTEGER);

-- Which ids of a bucket have a token, or had it once: the row decides. Only of chunks that are full.
CREATE TABLE posting (key INTEGER PRIMARY KEY, ids BLOB NOT NULL);

-- Facets whose records may be in force no longer although their own status is active.
CREATE TABLE inactive (facet INTEGER PRIMARY KEY);

-- space: number of "alias:<division>/<scheme>/". reference: empty once the alias was given back.
CREATE TABLE alias (
  value TEXT NOT NULL, space INTEGER NOT NULL, reference TEXT NOT NULL,
  PRIMARY KEY (value, space)) WITHOUT ROWID;

-- Map keys by the log index of their first version.
CREATE TABLE listing (
  prefix INTEGER NOT NULL, first INTEGER NOT NULL, key TEXT NOT NULL,
  PRIMARY KEY (prefix, first, key)) WITHOUT ROWID;

-- The children of a parent in order of first registration, 256 to a block: what follows the parent's code, a line each.
CREATE TABLE parent (id INTEGER PRIMARY KEY, count INTEGER NOT NULL);
CREATE TABLE child (
  parent INTEGER NOT NULL, block INTEGER NOT NULL, tails TEXT NOT NULL,
  PRIMARY KEY (parent, block)) WITHOUT ROWID;
-- Roots of complete subtrees of 2^level children, level 8 and up.
CREATE TABLE subtree (
  parent INTEGER NOT NULL, level INTEGER NOT NULL, position INTEGER NOT NULL, hash BLOB NOT NULL,
  PRIMARY KEY (parent, level, position)) WITHOUT ROWID;
`;
