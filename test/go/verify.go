package main

import (
	"bytes"
	"fmt"
	"slices"

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

// compareTiles reads every tile, and the partial ones at earlier widths, and compares them with the entries: at the right
// edge every width that the log ever had, elsewhere some, which are served as long as nobody dropped them.
func (s *server) compareTiles(c checkpoint, all hashes) (int, error) {
	count := 0
	for _, newest := range tlog.NewTiles(height, 0, c.N) {
		for _, width := range widths(newest) {
			t := newest
			t.W = width
			if err := s.compareTile(t, all); err != nil {
				return 0, err
			}
			count++
		}
	}
	return count, nil
}

func widths(newest tlog.Tile) []int {
	if newest.W == 1<<height {
		return []int{newest.W, 1, newest.W / 2}
	}
	var every []int
	for width := 1; width <= newest.W; width++ {
		every = append(every, width)
	}
	return every
}

func (s *server) compareTile(t tlog.Tile, all hashes) error {
	want, err := tlog.ReadTileData(t, all)
	if err != nil {
		return err
	}
	got, err := s.need(path(t))
	if err != nil {
		return err
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("%s: not the hashes of the entries", path(t))
	}
	if t.L != 0 {
		return nil
	}
	entries, err := s.bundle(t)
	if err != nil {
		return err
	}
	for i, entry := range entries {
		if hash := tlog.RecordHash(entry); !bytes.Equal(hash[:], want[i*tlog.HashSize:(i+1)*tlog.HashSize]) {
			return fmt.Errorf("entry %d of the bundle beside %s: not the one of the tree", i, path(t))
		}
	}
	return nil
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
	for _, n := range positions(c.N) {
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

// positions are both ends, the edges of tiles, and some between them.
func positions(size int64) []int64 {
	wanted := []int64{0, 1, 254, 255, 256, 257, 65534, 65535, 65536, 65537, size - 2, size - 1}
	for i := int64(1); i < 40; i++ {
		wanted = append(wanted, size*i/40)
	}
	slices.Sort(wanted)
	return slices.DeleteFunc(slices.Compact(wanted), func(n int64) bool { return n < 0 || n >= size })
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
