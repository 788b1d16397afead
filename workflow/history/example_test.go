package history_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/juece/juece/workflow/history"
)

// twoEntries is the history of the example: a proposal and its study.
func twoEntries() []history.Record {
	var records []history.Record
	var prev history.Digest
	for i, e := range []history.Entry{
		{Kind: "propose", Actor: history.Actor{ID: "政府办公室经办人"}, RecordedAt: "2026-03-02T01:00:00.000000Z", Act: json.RawMessage(`{"title":"停车收费"}`)},
		{Kind: "study_proposal", Actor: history.Actor{ID: "承办单位经办人"}, RecordedAt: "2026-03-03T01:00:00.000000Z", Act: json.RawMessage(`{"conclusion":"可行"}`)},
	} {
		e.Decision, e.Seq, e.Prev = "d-1", int64(i+1), prev
		e.Pack, e.Calendar = history.DataDigest([]byte("pack")), history.DataDigest([]byte("calendar"))
		r, err := e.Encode()
		if err != nil {
			log.Fatal(err)
		}
		records, prev = append(records, r), r.Digest
	}
	return records
}

// The worked example of docs/history-format.md: two entries and their chain.
func Example() {
	records := twoEntries()
	for _, r := range records {
		fmt.Printf("%s\n%s\n", r.Data, r.Digest)
	}
	entries, err := history.Verify("d-1", records)
	fmt.Println(len(entries), err)

	records[0].Data = bytes.Replace(records[0].Data, []byte("停车"), []byte("泊车"), 1)
	_, err = history.Verify("d-1", records)
	var first *history.EntryError
	fmt.Println(errors.As(err, &first), first)
	// Output:
	// {"format":"juece-entry/1","decision":"d-1","seq":1,"kind":"propose","actor":{"id":"政府办公室经办人"},"recorded_at":"2026-03-02T01:00:00.000000Z","pack":"sha256:c8f53a7f81ae0905308f950c49bed607d032bca047e7c22f67b26bf1a11212e9","calendar":"sha256:356832a4e45c8cada19fa11cfa6c2647be63de29ec3fb82f0b5d5ac16579e949","act":{"title":"停车收费"},"prev":""}
	// sha256:d0051a2e79ff05efed8d66f39bd17357593bff711e52023fb92de1cac739a0b8
	// {"format":"juece-entry/1","decision":"d-1","seq":2,"kind":"study_proposal","actor":{"id":"承办单位经办人"},"recorded_at":"2026-03-03T01:00:00.000000Z","pack":"sha256:c8f53a7f81ae0905308f950c49bed607d032bca047e7c22f67b26bf1a11212e9","calendar":"sha256:356832a4e45c8cada19fa11cfa6c2647be63de29ec3fb82f0b5d5ac16579e949","act":{"conclusion":"可行"},"prev":"sha256:d0051a2e79ff05efed8d66f39bd17357593bff711e52023fb92de1cac739a0b8"}
	// sha256:e89371c4e784174a213966415a81f5c416a08fd21dcf7c25b3db8123e756bb7e
	// 2 <nil>
	// true entry 1: history: broken chain: bytes do not match their digest
}

// The same entries in a log, with a checkpoint signed by a key made of zeros.
func Example_log() {
	secret, public, err := note.GenerateKey(zeros{}, "juece.example/log")
	if err != nil {
		log.Fatal(err)
	}
	signer, err := history.NewSigner(secret)
	if err != nil {
		log.Fatal(err)
	}
	leaves := []history.Leaf{{Key: history.KeyAdd, VKey: public}}
	for _, r := range twoEntries() {
		leaves = append(leaves, history.Leaf{Decision: "d-1", Seq: r.Seq, Digest: r.Digest})
	}
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var list []tlog.Hash
		for _, i := range indexes {
			list = append(list, stored[i])
		}
		return list, nil
	})
	for i, l := range leaves {
		text, err := l.Text()
		if err != nil {
			log.Fatal(err)
		}
		hash := history.LeafHash(text)
		fmt.Printf("%s%x\n\n", text, hash[:])
		hashes, err := tlog.StoredHashes(int64(i), text, read)
		if err != nil {
			log.Fatal(err)
		}
		stored = append(stored, hashes...)
	}
	root, err := tlog.TreeHash(int64(len(leaves)), read)
	if err != nil {
		log.Fatal(err)
	}
	c, err := history.Checkpoint{Origin: "juece.example/log", Size: int64(len(leaves)), Root: root}.Sign(signer)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(strings.ReplaceAll(string(c.Note), "\n\n", "\n·\n"))

	proof, err := tlog.ProveRecord(int64(len(leaves)), 2, read)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(proof)
	// Output:
	// juece-leaf/1
	// key
	// add
	// juece.example/log+4ed14f5f+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop
	// 4c5e90385afe7d64fba784eac0f15f633c7fe99d9e84ada731c6c0885b4e7bd7
	//
	// juece-leaf/1
	// entry
	// d-1
	// 1
	// sha256:d0051a2e79ff05efed8d66f39bd17357593bff711e52023fb92de1cac739a0b8
	// eef6e5c6b5566847b9a429c106c42aa2ceca9a9ad8907a94c7caac5a04093dae
	//
	// juece-leaf/1
	// entry
	// d-1
	// 2
	// sha256:e89371c4e784174a213966415a81f5c416a08fd21dcf7c25b3db8123e756bb7e
	// 62e5c4e1f436015a1cbef55909b0b4bb24e6c8f3e12eeea971dfc5b7b11504c9
	//
	// juece.example/log
	// 3
	// C5Z3kaxkJnHIUaFMBsvybJYW0QPRmENpIIA/BVan7uQ=
	// ·
	// — juece.example/log TtFPX4kCbxkMiSGPojth63VOQPbRalt/3kAT61/UiIHi3HPjF4cMVGhnXCGc3w+0uVwJpYfZ0jH6PLi/esfU8gxL2wM=
	// [80l+HT56sl+3bUwN1MveiMhCaTRXO10H4OiEAJT8Edc=]
}

// zeros is no source of randomness.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
