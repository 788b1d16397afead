package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// asked is a PostgreSQL server that asks for a password, and tells which it got.
func asked(t *testing.T) (address string, passwords <-chan string) {
	t.Helper()
	listener, err := listenLoopback(t)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	got := make(chan string, 16)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			r := bufio.NewReader(conn)
			var size uint32
			if binary.Read(r, binary.BigEndian, &size) == nil && size > 4 {
				_, _ = io.CopyN(io.Discard, r, int64(size)-4)          // who connects
				_, _ = conn.Write([]byte{'R', 0, 0, 0, 8, 0, 0, 0, 3}) // a password in clear
				if kind, err := r.ReadByte(); err == nil && kind == 'p' && binary.Read(r, binary.BigEndian, &size) == nil {
					text, _ := io.ReadAll(io.LimitReader(r, int64(size)-4))
					got <- strings.TrimSuffix(string(text), "\x00")
				}
			}
			_ = conn.Close()
		}
	}()
	return listener.Addr().String(), got
}

// The password of the database need stand neither on the command line nor in a
// configuration. The test is not parallel: PGPASSFILE is the whole process's.
func TestThePasswordComesFromAFile(t *testing.T) {
	address, passwords := asked(t)
	key, _ := newKey(t)
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	t.Setenv("PGPASSFILE", write("pgpass", "*:*:*:juece:of the environment\n"))
	bare := "postgres://juece@" + address + "/juece?sslmode=disable"
	for want, args := range map[string][]string{
		"of the environment": {"--db", bare},
		"of the parameter":   {"--db", bare + "&passfile=" + write("own", "*:*:*:juece:of the parameter\n")},
		"of the file":        {"--db-file", write("source", "postgres://juece:of%20the%20file@"+address+"/juece?sslmode=disable\n")},
		"of the key":         {"--config", write("config.yaml", fmt.Sprintf("db-file: %s\n", filepath.Base(write("other", "postgres://juece:of%20the%20key@"+address+"/juece?sslmode=disable"))))},
	} {
		code, out, complaint := program(t, append([]string{"seal", "--once", "--key", key}, args...)...)
		select {
		case got := <-passwords:
			if got != want || code == exitOK || strings.Contains(out+complaint, "of the") {
				t.Errorf("%s: %q, %d %s", want, got, code, complaint)
			}
		default:
			t.Errorf("%s: nobody connected: %d %s", want, code, complaint)
		}
		for len(passwords) > 0 {
			<-passwords
		}
	}
}
