//go:build !race

package storetest

// RaceEnabled says that the race detector is on. A database in pure Go is
// some twenty times slower under it; its heavy suites then stand back.
const RaceEnabled = false
