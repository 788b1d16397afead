// Package audit verifies a live store as an auditor would, who trusts neither
// the rows nor the server that keeps them.
//
// [Verify] reads every leaf of the log and computes the tree anew, compares the
// root at the size of every checkpoint and checks who signed it; then it reads
// every decision, several at a time: the chain, each entry's leaf, the contents
// of materials and opinions, every act done again ([workflow.Replay]), and the
// state row and tasks made once more from the entries ([workflow.Summarize]).
// It goes on after what is broken, and says of each decision which entry is the
// first that does not hold.
//
// The store may be in use meanwhile. The log is held to its last checkpoint as
// it was at the beginning; what came later counts as unsealed. A decision that
// moves while it is read is read again.
//
// Memory: 33 bytes for each leaf of the log, so that no entry has to believe
// the index that says where it stands; beside that the decisions at hand.
//
// Not detectable: see [Limits]. Beside that no hash covers the names and media
// types of materials, why one is restricted, when a material or an opinion came
// in, when a checkpoint was sealed, which entry the register says numbered an
// opinion, idempotency keys, refusals, events and leases; and an opinion that
// no entry has committed to yet, or a material that no entry names, may be gone
// without a trace. The rules and the tasks are those of the verifying program:
// it should be of the version that recorded the last entries.
//
// It needs to read everything, also what people wrote and what files hold
// (juece_opinions.body, juece_material_chunks.content and juece_materials.salt), which the role of an
// auditor on PostgreSQL has to be granted.
package audit
