// Command check verifies the log of a running node with golang.org/x/mod/sumdb, which shares no line with the node:
// the checkpoint's signature, every tile and entry bundle, the root over all entries, inclusion and consistency proofs
// made from the tiles, and that nothing beyond the checkpoint is served.
//
//	check http://127.0.0.1:8156/log "<vkey of the log>"
//
// It prints one line that begins with "ok", or the first thing that is wrong, and then exits with 1.
//
//	check map < statements.json
//
// verifies proofs of presence and absence in the map with github.com/cosmos/ics23, and prints which of them hold.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == "map" {
		if err := checkMap(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "failed:", err)
			os.Exit(1)
		}
		return
	}
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: check <URL of the log> <vkey>")
		os.Exit(2)
	}
	report, err := check(&server{base: os.Args[1]}, os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, "failed:", err)
		os.Exit(1)
	}
	fmt.Println("ok", report)
}

func check(s *server, vkey string) (string, error) {
	first, err := s.checkpoint(vkey)
	if err != nil {
		return "", err
	}
	log, err := s.entries(first)
	if err != nil {
		return "", err
	}
	tiles, err := s.compareTiles(first, log)
	if err != nil {
		return "", err
	}
	if err := s.refusesMore(first); err != nil {
		return "", err
	}
	proofs, err := prove(first, log, s)
	if err != nil {
		return "", err
	}
	// The log may have grown meanwhile; then it must be the same log.
	second, err := s.checkpoint(vkey)
	if err != nil {
		return "", err
	}
	if err := s.grew(first, second); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s size=%d root=%s tiles=%d proofs=%d grown=%d",
		first.origin, first.N, first.Hash, tiles, proofs, second.N-first.N), nil
}
