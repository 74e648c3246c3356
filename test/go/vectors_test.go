package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The repository's own vectors, judged by somebody else's code.

func read(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile("../../vectors/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

func fromHex(t *testing.T, text string) (h tlog.Hash) {
	t.Helper()
	if _, err := hex.Decode(h[:], []byte(text)); err != nil {
		t.Fatal(err)
	}
	return h
}

type tree struct {
	EntriesHex, RootsHex []string
}

func (v tree) root(t *testing.T, size int64) tlog.Hash {
	return fromHex(t, v.RootsHex[size-1])
}

func path32(t *testing.T, hexes []string) (path []tlog.Hash) {
	for _, text := range hexes {
		path = append(path, fromHex(t, text))
	}
	return path
}

func TestInclusion(t *testing.T) {
	var roots tree
	var vectors []struct {
		Index, Size int64
		PathHex     []string
	}
	read(t, "merkle/roots", &roots)
	read(t, "merkle/inclusion", &vectors)
	for _, v := range vectors {
		entry, _ := hex.DecodeString(roots.EntriesHex[v.Index])
		err := tlog.CheckRecord(path32(t, v.PathHex), v.Size, roots.root(t, v.Size), v.Index, tlog.RecordHash(entry))
		if err != nil {
			t.Errorf("%d of %d: %v", v.Index, v.Size, err)
		}
	}
}

func TestConsistency(t *testing.T) {
	var roots tree
	var vectors []struct {
		First, Second int64
		PathHex       []string
	}
	read(t, "merkle/roots", &roots)
	read(t, "merkle/consistency", &vectors)
	for _, v := range vectors {
		path := path32(t, v.PathHex)
		if err := tlog.CheckTree(path, v.Second, roots.root(t, v.Second), v.First, roots.root(t, v.First)); err != nil {
			t.Errorf("%d to %d: %v", v.First, v.Second, err)
		}
	}
}

// Go knows plain Ed25519 keys; cosignatures are another program's.
func TestNotes(t *testing.T) {
	var vectors []struct {
		Why, Note string
		Vkeys     []string
	}
	read(t, "note/notes", &vectors)
	for _, v := range vectors {
		verifier, err := note.NewVerifier(v.Vkeys[0])
		if err != nil {
			t.Fatalf("%s: %v", v.Why, err)
		}
		if _, err := note.Open([]byte(v.Note), note.VerifierList(verifier)); err != nil {
			t.Errorf("%s: %v", v.Why, err)
		}
	}
}

func TestProofs(t *testing.T) {
	var vectors []struct{ Why, EntryHex, Vkey, Proof string }
	read(t, "note/proofs", &vectors)
	for _, v := range vectors {
		head, text, _ := strings.Cut(v.Proof, "\n\n")
		c, err := openCheckpoint([]byte(text), v.Vkey)
		if err != nil {
			t.Fatalf("%s: %v", v.Why, err)
		}
		lines := strings.Split(head, "\n")[1:]
		if strings.HasPrefix(lines[0], "extra ") {
			lines = lines[1:]
		}
		index, _ := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
		var path []tlog.Hash
		for _, line := range lines[1:] {
			hash, err := base64.StdEncoding.DecodeString(line)
			if err != nil {
				t.Fatal(err)
			}
			path = append(path, tlog.Hash(hash))
		}
		entry, _ := hex.DecodeString(v.EntryHex)
		if err := tlog.CheckRecord(path, c.N, c.Hash, index, tlog.RecordHash(entry)); err != nil {
			t.Errorf("%s: %v", v.Why, err)
		}
	}
}
