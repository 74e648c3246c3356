package main

import (
	"encoding/json"
	"io"

	ics23 "github.com/cosmos/ics23/go"
)

// statement says that under a root a key has a value; or, without one, that it has none.
type statement struct {
	Root, Key, Value []byte
	// Exists is the path to the key; Left and Right those to its neighbours in the order of the hashed keys.
	Exists, Left, Right *existence
}

// existence is a leaf and what stands beside its path, leaf side first.
type existence struct {
	Key, Value []byte
	Path       []struct{ Prefix, Suffix []byte }
}

func (e *existence) proof() *ics23.ExistenceProof {
	if e == nil {
		return nil
	}
	proof := &ics23.ExistenceProof{Key: e.Key, Value: e.Value, Leaf: ics23.SmtSpec.LeafSpec}
	for _, step := range e.Path {
		proof.Path = append(proof.Path, &ics23.InnerOp{
			Hash:   ics23.SmtSpec.InnerSpec.Hash,
			Prefix: step.Prefix,
			Suffix: step.Suffix,
		})
	}
	return proof
}

func (s statement) holds() bool {
	if s.Value != nil {
		proof := &ics23.CommitmentProof{Proof: &ics23.CommitmentProof_Exist{Exist: s.Exists.proof()}}
		return ics23.VerifyMembership(ics23.SmtSpec, s.Root, proof, s.Key, s.Value)
	}
	absent := &ics23.NonExistenceProof{Key: s.Key, Left: s.Left.proof(), Right: s.Right.proof()}
	proof := &ics23.CommitmentProof{Proof: &ics23.CommitmentProof_Nonexist{Nonexist: absent}}
	return ics23.VerifyNonMembership(ics23.SmtSpec, s.Root, proof, s.Key)
}

// checkMap reads statements as a JSON array and answers which of them hold, by ICS-23's built-in SmtSpec.
func checkMap(in io.Reader, out io.Writer) error {
	var statements []statement
	if err := json.NewDecoder(in).Decode(&statements); err != nil {
		return err
	}
	verdicts := make([]bool, len(statements))
	for i, s := range statements {
		verdicts[i] = s.holds()
	}
	return json.NewEncoder(out).Encode(verdicts)
}
