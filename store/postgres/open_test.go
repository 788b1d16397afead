package postgres_test

import (
	"strings"
	"testing"

	"github.com/juece/juece/store/postgres"
)

// A data source that cannot be read is not repeated: it has a password in it,
// and the error goes to a log.
func TestADataSourceIsNotRepeated(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{
		"postgres://juece:hun-ter2@db:port/juece",
		"postgres://juece:hun/ter2@db/juece",
		"postgres://juece:hun%zzter2@db/juece",
		"postgres://juece:hun ter2@db/juece",
		"host=db user=juece password=hun ter2",
		"host=db user=juece password='hunter2",
	} {
		_, err := postgres.Open(t.Context(), dsn)
		if err == nil || strings.Contains(err.Error(), "hun") || strings.Contains(err.Error(), "ter2") || strings.Contains(err.Error(), "%zz") {
			t.Errorf("%s: %v", dsn, err)
		}
	}
	_, err := postgres.Open(t.Context(), "postgres://juece:hunter2@db/juece?sslmode=sometimes")
	if err == nil || !strings.Contains(err.Error(), "sslmode") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a wrong parameter is named: %v", err)
	}
}
