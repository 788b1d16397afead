package sample

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/history"
)

// Under returns the steps as they are in an installation with another suite:
// its algorithm hashes the files, and the acts name them by those digests.
func Under(suite history.Algorithm, steps []Step) ([]Step, error) {
	if suite.Name() == history.SHA256().Name() {
		return steps, nil
	}
	var renamed []string
	under := make([]Step, len(steps))
	for i, s := range steps {
		under[i] = s
		under[i].Files = nil
		for _, f := range s.Files {
			var digest history.Digest
			var err error
			if f.Digest.Committed() {
				digest, err = suite.CommitFrom(f.Salt, f.Reader())
			} else {
				digest, err = suite.MaterialFrom(f.Reader())
			}
			if err != nil {
				return nil, err
			}
			renamed = append(renamed, string(f.Digest), string(digest))
			f.Digest = digest
			under[i].Files = append(under[i].Files, f)
		}
	}
	rename := strings.NewReplacer(renamed...)
	for i, s := range under {
		act, err := named(s.Act, rename)
		if err != nil {
			return nil, fmt.Errorf("step %d, %s: %w", i+1, s.Act.Kind(), err)
		}
		under[i].Act = act
	}
	return under, nil
}

// named returns an act with other digests in it.
func named(act decision.Act, rename *strings.Replacer) (decision.Act, error) {
	info, err := decision.Describe(act.Kind())
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(act)
	if err != nil {
		return nil, err
	}
	return info.Decode([]byte(rename.Replace(string(data))))
}
