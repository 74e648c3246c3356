package main

import (
	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"
)

func byTorchwood(c claim) error {
	policy, err := torchwood.ParsePolicy([]byte(c.Policy))
	if err != nil {
		return err
	}
	return torchwood.VerifyProof(policy, tlog.RecordHash(c.Entry), c.Proof)
}
