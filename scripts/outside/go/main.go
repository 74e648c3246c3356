// Command receipts puts receipts (c2sp.org/tlog-proof@v1) to two verifiers that nobody of this project wrote.
//
//	receipts < cases.json
//
// Cases are a JSON array of {name, policy, proof, entry}; bytes are base64. The answer is an array of {torchwood, formats},
// each empty where that verifier accepts, else why it does not.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

type claim struct {
	Policy string
	Proof  []byte
	Entry  []byte
}

type verdict struct {
	Torchwood string `json:"torchwood"`
	Formats   string `json:"formats"`
}

func main() {
	var claims []claim
	if err := json.NewDecoder(os.Stdin).Decode(&claims); err != nil {
		fmt.Fprintln(os.Stderr, "failed:", err)
		os.Exit(2)
	}
	verdicts := make([]verdict, len(claims))
	for i, c := range claims {
		verdicts[i] = verdict{text(byTorchwood(c)), text(byFormats(c))}
	}
	if err := json.NewEncoder(os.Stdout).Encode(verdicts); err != nil {
		fmt.Fprintln(os.Stderr, "failed:", err)
		os.Exit(2)
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
