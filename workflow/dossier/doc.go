// Package dossier packs one decision into one file (案卷包) that anybody can
// check offline, without trusting the server that it came from.
//
// [Export] writes a zip with the entries verbatim, the materials, the rule packs
// and calendars that the entries name, the statute, the signed checkpoint of the
// log with the proofs that the entries stand in it, a page for people (案卷.html)
// and a manifest for programs. The same decision at the same checkpoint gives
// the same bytes. docs/history-format.md describes the file.
//
// [Verify] reads every byte of it: the chain, the proofs, the signatures, the
// digests of materials and opinions, and then it does every act again under the
// pinned pack and calendar ([workflow.Replay]). What is only derived, the page
// and the manifest, is written once more and compared.
package dossier
