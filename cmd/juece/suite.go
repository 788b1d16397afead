package main

import (
	"fmt"
	"io"
	"slices"

	signednote "golang.org/x/mod/sumdb/note"

	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/history/gm"
)

// suite names the algorithms of an installation: what makes its digests, and
// what signs beside Ed25519. The suites are read by every command, whatever an
// installation writes by.
type suite string

const suiteGM suite = "gm"

// algorithm makes the digests.
func (s suite) algorithm() history.Algorithm {
	if s == suiteGM {
		return gm.SM3()
	}
	return history.SHA256()
}

// generators make the keys of a log, one of each type.
func (s suite) generators() []func(io.Reader, string) (skey, vkey string, err error) {
	if s == suiteGM {
		return []func(io.Reader, string) (string, string, error){signednote.GenerateKey, gm.GenerateKey}
	}
	return []func(io.Reader, string) (string, string, error){signednote.GenerateKey}
}

// holds refuses keys among which one is missing that the suite signs with.
func (s suite) holds(signers []history.Signer) error {
	if s != suiteGM || slices.ContainsFunc(signers, func(k history.Signer) bool { return keyType(k) == gm.KeyType }) {
		return nil
	}
	return setupError{
		"--suite gm要求日志有SM2密钥：用juece key new --suite gm生成",
		"--suite gm asks for an SM2 key of the log: make one with juece key new --suite gm",
	}
}

// readSigner reads a private key of any type.
func readSigner(line string) (history.Signer, error) {
	if s, err := gm.NewSigner(line); err == nil {
		return s, nil
	}
	return history.NewSigner(line)
}

func keyType(k history.Signer) string {
	kind, err := history.KeyType(k.VKey())
	if err != nil { // no signer has such a key
		return ""
	}
	return kind
}

// successors pairs every key that ends with the one of its type that begins.
// The keys that begin may be of more types: the log takes those up.
func successors(from, to []history.Signer) (pairs [][2]history.Signer, err error) {
	for _, keys := range [][]history.Signer{from, to} {
		for i, k := range keys {
			if slices.ContainsFunc(keys[:i], func(other history.Signer) bool { return keyType(other) == keyType(k) }) {
				return nil, setupError{"一个密钥文件中有两个同类密钥", "a file holds two keys of one type"}
			}
		}
	}
	for _, k := range from {
		at := slices.IndexFunc(to, func(next history.Signer) bool { return keyType(next) == keyType(k) })
		if at < 0 {
			return nil, setupError{
				fmt.Sprintf("启用的密钥中没有%s类型的", keyType(k)),
				fmt.Sprintf("no key of the type %s is among those that begin", keyType(k)),
			}
		}
		pairs = append(pairs, [2]history.Signer{k, to[at]})
	}
	return pairs, nil
}
