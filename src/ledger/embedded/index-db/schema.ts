/** Raised whenever what stands in the database changes its meaning: an older one is built anew. */
export const SCHEMA_VERSION = 3;

// Everything here is derived from the values file, and rows that would repeat what stands there are not kept: a record is
// known by where its frame begins. Ids, keys and tokens: see layout.ts.
export const SCHEMA = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Where the newest version of each record begins in the values file, 256 ids to a page: see places.ts.
CREATE TABLE place (page INTEGER PRIMARY KEY, offsets BLOB NOT NULL);

-- What leads to records, sorted by key: tokens, codes, aliases. See runs/run.ts.
CREATE TABLE run (id INTEGER PRIMARY KEY, level INTEGER NOT NULL, blocks BLOB NOT NULL);
CREATE TABLE block (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);

-- Facets whose records may be in force no longer although their own status is active.
CREATE TABLE inactive (facet TEXT PRIMARY KEY) WITHOUT ROWID;

-- Map keys by the log index of their first version. prefix: see listingOf.
CREATE TABLE listing (
  prefix TEXT NOT NULL, first INTEGER NOT NULL, key TEXT NOT NULL,
  PRIMARY KEY (prefix, first, key)) WITHOUT ROWID;

-- The children of a parent in order of first registration, 256 to a block: what follows the parent's code, a line each.
CREATE TABLE parent (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, count INTEGER NOT NULL);
CREATE TABLE child (
  parent INTEGER NOT NULL, block INTEGER NOT NULL, tails TEXT NOT NULL,
  PRIMARY KEY (parent, block)) WITHOUT ROWID;
-- Roots of complete subtrees of 2^level children, level 8 and up.
CREATE TABLE subtree (
  parent INTEGER NOT NULL, level INTEGER NOT NULL, position INTEGER NOT NULL, hash BLOB NOT NULL,
  PRIMARY KEY (parent, level, position)) WITHOUT ROWID;
`;
