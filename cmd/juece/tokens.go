package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"

	"github.com/goccy/go-yaml"

	"github.com/juece/juece/decision"
)

// tokens maps the digest of a static bearer token to whose it is. Looking up
// a digest takes no time that tells about the token.
type tokens map[[sha256.Size]byte]decision.Actor

func (t tokens) add(token string, actor decision.Actor) { t[sha256.Sum256([]byte(token))] = actor }

func (t tokens) merge(more map[string]decision.Actor) {
	for token, actor := range more {
		t.add(token, actor)
	}
}

var errNoToken = errors.New("no known bearer token")

// minToken is the least length of a token: 128 bits in hexadecimal.
const minToken = 32

// readTokens reads a file that maps tokens to actors.
func readTokens(path string) (tokens, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("tokens: %w", err)
	}
	var listed map[string]struct {
		ID         string          `yaml:"id"`
		Organ      string          `yaml:"organ"`
		Unit       string          `yaml:"unit"`
		Roles      []decision.Role `yaml:"roles"`
		Supervises []string        `yaml:"supervises"`
	}
	// The text of a YAML error would repeat the file, tokens included.
	if err := yaml.UnmarshalWithOptions(data, &listed, yaml.Strict()); err != nil || len(listed) == 0 {
		return nil, setupError{
			"令牌文件须为“令牌: {id, organ, unit, roles, supervises}”的形式：" + path,
			"the token file must map each token to {id, organ, unit, roles, supervises}: " + path,
		}
	}
	known := tokens{}
	for token, who := range listed {
		actor := decision.Actor{ID: who.ID, Organ: who.Organ, Unit: who.Unit, Roles: who.Roles, Supervises: who.Supervises}
		if err := decision.ValidateValue("actor", actor); err != nil || len(token) < minToken || len(actor.Roles) == 0 {
			return nil, setupError{
				fmt.Sprintf("令牌文件：身份“%s”不完整，或者令牌短于%d个字符", who.ID, minToken),
				fmt.Sprintf("the token file: the identity %q is not whole, or its token is shorter than %d characters", who.ID, minToken),
			}
		}
		known.add(token, actor)
	}
	return known, nil
}
