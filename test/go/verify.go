package main

import (
	"bytes"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// hashes are all nodes of a tree, in the order in which sumdb stores them.
type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, i := range indexes {
		found = append(found, h[i])
	}
	return found, nil
}

// entries hashes every entry of the log; their root must be the checkpoint's.
func (s *server) entries(c checkpoint) (hashes, error) {
	var all hashes
	n := int64(0)
	for _, t := range tlog.NewTiles(height, 0, c.N) {
		if t.L != 0 {
			continue
		}
		entries, err := s.bundle(t)
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			stored, err := tlog.StoredHashes(n, entry, all)
			if err != nil {
				return nil, err
			}
			all = append(all, stored...)
			n++
		}
	}
	if n != c.N {
		return nil, fmt.Errorf("%d entries for a checkpoint of %d", n, c.N)
	}
	root, err := tlog.TreeHash(c.N, all)
	if err == nil && root != c.Hash {
		err = fmt.Errorf("entries give the root %s, the checkpoint says %s", root, c.Hash)
	}
	return all, err
}

// compareTiles reads every tile, and the partial ones at some earlier widths, and compares them with the entries.
func (s *server) compareTiles(c checkpoint, all hashes) (int, error) {
	count := 0
	for _, newest := range tlog.NewTiles(height, 0, c.N) {
		for _, width := range []int{newest.W, 1, (newest.W + 1) / 2} {
			t := newest
			t.W = width
			want, err := tlog.ReadTileData(t, all)
			if err != nil {
				return 0, err
			}
			got, err := s.need(path(t))
			if err != nil {
				return 0, err
			}
			if !bytes.Equal(got, want) {
				return 0, fmt.Errorf("%s: not the hashes of the entries", path(t))
			}
			if t.L == 0 {
				if _, err := s.bundle(t); err != nil {
					return 0, err
				}
			}
			count++
		}
	}
	return count, nil
}

// refusesMore asks for a tile that is one hash wider than the log was when a later checkpoint cannot explain it: far
// beyond its end.
func (s *server) refusesMore(c checkpoint) error {
	for _, beyond := range []tlog.Tile{
		{H: height, L: 0, N: c.N/256 + 1000, W: 1},
		{H: height, L: -1, N: c.N/256 + 1000, W: 1},
		{H: height, L: 7, N: 0, W: 1},
	} {
		_, status, err := s.get(path(beyond))
		if err != nil {
			return err
		}
		if status != 404 {
			return fmt.Errorf("%s: status %d beyond the end", path(beyond), status)
		}
	}
	return nil
}

// prove makes proofs from the served tiles alone and checks them against the checkpoint.
func prove(c checkpoint, all hashes, s *server) (int, error) {
	fromTiles := tlog.TileHashReader(c.Tree, s)
	count := 0
	for _, n := range []int64{0, 1, c.N / 3, c.N / 2, c.N - 1} {
		if n >= c.N {
			continue
		}
		inclusion, err := tlog.ProveRecord(c.N, n, fromTiles)
		if err != nil {
			return 0, err
		}
		leaf := all[tlog.StoredHashIndex(0, n)]
		if err := tlog.CheckRecord(inclusion, c.N, c.Hash, n, leaf); err != nil {
			return 0, fmt.Errorf("inclusion of entry %d: %w", n, err)
		}
		older, err := tlog.TreeHash(n+1, all)
		if err != nil {
			return 0, err
		}
		if err := consistent(c, tlog.Tree{N: n + 1, Hash: older}, fromTiles); err != nil {
			return 0, err
		}
		count += 2
	}
	return count, nil
}

// grew checks that a later checkpoint is of the same log.
func (s *server) grew(first, second checkpoint) error {
	if second.N < first.N {
		return fmt.Errorf("the log shrank from %d to %d", first.N, second.N)
	}
	return consistent(second, first.Tree, tlog.TileHashReader(second.Tree, s))
}

func consistent(newer checkpoint, older tlog.Tree, r tlog.HashReader) error {
	proof, err := tlog.ProveTree(newer.N, older.N, r)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, newer.N, newer.Hash, older.N, older.Hash); err != nil {
		return fmt.Errorf("from %d to %d entries: %w", older.N, newer.N, err)
	}
	return nil
}
