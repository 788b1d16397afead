package store

import "database/sql"

// PoolStats are those of one pool of connections.
type PoolStats struct {
	Name string // "write" or "read"; "all" when one pool does both
	sql.DBStats
}

// Pools returns the statistics of the store's pools, a host's own included. No
// database is asked.
func (s *Store) Pools() []PoolStats {
	if s.read.DB == s.write.DB {
		return []PoolStats{{"all", s.write.Stats()}}
	}
	return []PoolStats{{"write", s.write.Stats()}, {"read", s.read.Stats()}}
}
