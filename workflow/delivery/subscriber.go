package delivery

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Subscriber is somebody who is told of events.
type Subscriber struct {
	Name string // by which the store knows it: letters, digits, "-", "_", "."
	URL  string // https, or http with AllowPrivate
	// Secrets sign what is sent: every one of them, so that a receiver can
	// change from one to the next. At least one.
	Secrets []Secret
	Types   []string // of [Types]; none for all
	Organs  []string // whose decisions; none for all
	// Since leaves out what was recorded before. Zero for nothing.
	Since time.Time
	// AllowPrivate lets it be reached at an address that is not public, and
	// without TLS: inside a government network it may be meant to be.
	AllowPrivate bool
}

// wants reports whether an event is for the subscriber.
func (s Subscriber) wants(e Event) bool {
	return s.takes(typeOf(e.Type)) && (len(s.Organs) == 0 || slices.Contains(s.Organs, e.Organ)) && !e.RecordedAt.Before(s.Since)
}

func (s Subscriber) takes(typ string) bool {
	return typ != "" && (len(s.Types) == 0 || slices.Contains(s.Types, typ))
}

// fingerprint tells one configuration from another; no secret goes into it.
func (s Subscriber) fingerprint() (string, error) {
	s.Secrets = nil
	data, err := json.Marshal(s)
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), err
}

// Secret is a key that sender and receiver share. It does not print.
type Secret struct{ signer *standardwebhooks.Webhook }

// ErrSecret says that a text is no secret. It does not repeat the text.
var ErrSecret = errors.New("delivery: a secret is whsec_ and 24 to 64 bytes in base64")

const secretPrefix = "whsec_"

// ParseSecret reads a secret of the form that Standard Webhooks give.
func ParseSecret(text string) (Secret, error) {
	encoded, ok := strings.CutPrefix(text, secretPrefix)
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || len(key) < 24 || len(key) > 64 {
		return Secret{}, ErrSecret
	}
	signer, err := standardwebhooks.NewWebhookRaw(key)
	if err != nil {
		return Secret{}, ErrSecret
	}
	return Secret{signer}, nil
}

// String returns nothing of the secret.
func (Secret) String() string { return secretPrefix + "…" }

// signatures are those of every secret, separated by spaces.
func signatures(secrets []Secret, id string, at time.Time, body []byte) (string, error) {
	list := make([]string, len(secrets))
	for i, s := range secrets {
		var err error
		if list[i], err = s.signer.Sign(id, at, body); err != nil {
			return "", err
		}
	}
	return strings.Join(list, " "), nil
}
