// Package transparency seals histories: every entry of every decision becomes
// one leaf of a Merkle tree (RFC 6962), whose root is signed in checkpoints
// that go to places the database's administrator does not rule.
//
// An append queues its entry and no more. A [Sealer] takes what is queued, adds
// it to the tree, signs the new root and commits all of it at once; only then
// is the checkpoint published, to files and to witnesses (C2SP tlog-witness).
// Any number of sealers may run. A lease keeps them from working in vain, and
// the store's fence from ever signing two trees: positions and sizes are
// primary keys.
//
// A [Log] reads: checkpoints, proofs that an entry stands in the tree, and that
// a later tree holds an earlier one. The package knows no rule of the
// procedure.
package transparency
