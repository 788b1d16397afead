package workflow

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/history"
)

// KeepMaterial stores a file for a case, to be named by acts, and returns it
// with its digest. The caller says Name, MediaType, Content and, where the file
// is not for everybody who may read the case, Restricted: then the digest is a
// commitment under a fresh salt, so the same file kept again gets another one.
// The content is read several times, a part at a time: bytes.NewReader has one
// that is in memory, and an open file is one behind io.NewSectionReader.
func (s *Service) KeepMaterial(ctx context.Context, id string, m Material) (Material, error) {
	if m.Restricted != nil {
		if err := decision.ValidateValue("restriction", *m.Restricted); err != nil {
			return Material{}, err
		}
	}
	if _, err := s.Store.Load(ctx, id); err != nil {
		return Material{}, err
	}
	if err := s.stayedErased(ctx, id, m); err != nil {
		return Material{}, err
	}
	m.Salt, m.CreatedAt = nil, s.now()
	if err := s.digest(&m); err != nil {
		return Material{}, err
	}
	return m, s.Vault.Keep(ctx, id, m)
}

// digest names a material by its content.
func (s *Service) digest(m *Material) (err error) {
	if m.Restricted == nil {
		m.Digest, err = s.Suite.MaterialFrom(m.Reader())
		return err
	}
	m.Salt = make([]byte, history.SaltSize)
	if _, err := rand.Read(m.Salt); err != nil {
		return fmt.Errorf("workflow: salt: %w", err)
	}
	m.Digest, err = s.Suite.CommitFrom(m.Salt, m.Reader())
	return err
}

// stayedErased refuses an open file that was erased when the installation had
// another suite: by the digest of today it would not be known as erased.
func (s *Service) stayedErased(ctx context.Context, id string, m Material) error {
	if m.Restricted != nil { // every commitment is another digest
		return nil
	}
	for _, a := range append(s.Known(), history.SHA256()) {
		if a.Name() == s.Suite.Name() { // the vault sees to that
			continue
		}
		digest, err := a.MaterialFrom(m.Reader())
		if err != nil {
			return err
		}
		_, err = s.Vault.Material(ctx, id, digest)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return nil
}
