package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// height of the tiles of c2sp.org/tlog-tiles.
const height = 8

// server is a log below an URL.
type server struct {
	base string
}

// checkpoint is what a log says of itself, with its signature verified.
type checkpoint struct {
	tlog.Tree
	origin string
}

var client = &http.Client{Timeout: 10 * time.Second}

func (s *server) get(path string) ([]byte, int, error) {
	response, err := client.Get(s.base + "/" + path)
	if err != nil {
		return nil, 0, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return body, response.StatusCode, err
}

func (s *server) need(path string) ([]byte, error) {
	body, status, err := s.get(path)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("%s: status %d", path, status)
	}
	return body, err
}

func (s *server) checkpoint(vkey string) (checkpoint, error) {
	text, err := s.need("checkpoint")
	if err != nil {
		return checkpoint{}, err
	}
	return openCheckpoint(text, vkey)
}

// openCheckpoint verifies a signed note and reads its three lines.
func openCheckpoint(text []byte, vkey string) (checkpoint, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return checkpoint{}, err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return checkpoint{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return checkpoint{}, fmt.Errorf("checkpoint: not three lines: %q", opened.Text)
	}
	if lines[0] != verifier.Name() {
		return checkpoint{}, fmt.Errorf("checkpoint: origin %q, key %q", lines[0], verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return checkpoint{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return checkpoint{tlog.Tree{N: size, Hash: root}, lines[0]}, err
}

// path of a tile: Go's own has the height in it, that of c2sp.org/tlog-tiles has not.
func path(t tlog.Tile) string {
	level := strconv.Itoa(t.L)
	if t.L == -1 {
		level = "entries"
	}
	return "tile/" + level + "/" + strings.SplitN(tlog.Tile{H: t.H, L: 0, N: t.N, W: t.W}.Path(), "/", 4)[3]
}

// bundle reads the entries that belong to a tile of level 0.
func (s *server) bundle(t tlog.Tile) ([][]byte, error) {
	name := path(tlog.Tile{H: height, L: -1, N: t.N, W: t.W})
	rest, err := s.need(name)
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(rest) > 0 {
		if len(rest) < 2 || len(rest) < 2+int(binary.BigEndian.Uint16(rest)) {
			return nil, fmt.Errorf("%s: cut off", name)
		}
		end := 2 + int(binary.BigEndian.Uint16(rest))
		entries, rest = append(entries, rest[2:end]), rest[end:]
	}
	if len(entries) != t.W {
		return nil, fmt.Errorf("%s: %d entries", name, len(entries))
	}
	return entries, nil
}

// Height, ReadTiles and SaveTiles make the server a tlog.TileReader.
func (s *server) Height() int { return height }

func (s *server) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		data, err := s.need(path(t))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (s *server) SaveTiles([]tlog.Tile, [][]byte) {}
