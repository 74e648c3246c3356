package main

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/formats/witness"
	merkle "github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
)

// byFormats joins the parts that transparency-dev gives: the proof's grammar, the checkpoint under all keys of the policy,
// the quorum, and inclusion.
func byFormats(c claim) error {
	logVerifier, err := logOf(c.Policy)
	if err != nil {
		return err
	}
	group, err := witness.ParsePolicy([]byte(c.Policy))
	if err != nil {
		return err
	}
	var p proof.TLogProof
	if err := p.Unmarshal(c.Proof); err != nil {
		return err
	}
	witnesses := slices.Collect(maps.Values(group.Endpoints()))
	checkpoint, _, _, err := log.ParseCheckpoint(p.Checkpoint, logVerifier.Name(), logVerifier, witnesses...)
	if err != nil {
		return err
	}
	if !group.Satisfied(p.Checkpoint) {
		return errors.New("quorum not satisfied")
	}
	path := make([][]byte, len(p.Hashes))
	for i := range p.Hashes {
		path[i] = p.Hashes[i][:]
	}
	leaf := rfc6962.DefaultHasher.HashLeaf(c.Entry)
	return merkle.VerifyInclusion(rfc6962.DefaultHasher, p.Index, checkpoint.Size, leaf, path, checkpoint.Hash)
}

// logOf reads the log line, which witness.ParsePolicy leaves to others.
func logOf(policy string) (note.Verifier, error) {
	for line := range strings.Lines(policy) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "log" {
			return note.NewVerifier(fields[1])
		}
	}
	return nil, errors.New("no log in the policy")
}
