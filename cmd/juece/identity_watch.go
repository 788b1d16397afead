package main

import (
	"bytes"
	"os"
	"sync"
	"time"
)

// settling is how long after its last change a file is read again at each use:
// within it, two changes can bear the same time.
const settling = 2 * time.Second

// watched is a file that is looked at when it is used, and read again when it
// has changed. What was read before a change is never used after it: while the
// file is broken, there is only the error.
type watched[T any] struct {
	path string
	read func([]byte) (T, error)

	mu    sync.Mutex
	seen  os.FileInfo // nil before the first reading, and while the file cannot be read
	at    time.Time   // when it was read
	data  []byte
	value T
	err   error
}

// get returns what the file says, and whether it was read anew for it.
func (w *watched[T]) get() (value T, changed bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	info, err := os.Stat(w.path)
	if err == nil && w.same(info) {
		return w.value, false, w.err
	}
	var data []byte
	at := time.Now()
	if err == nil {
		data, err = os.ReadFile(w.path)
	}
	if err != nil {
		changed = w.seen != nil || w.err == nil
		w.seen, w.data, w.value, w.err = nil, nil, value, err
		return value, changed, err
	}
	if w.seen == nil || !bytes.Equal(data, w.data) {
		changed = true
		w.data = data
		w.value, w.err = w.read(data)
	}
	w.seen, w.at = info, at
	return w.value, changed, w.err
}

// same reports whether the file is the one that was read, and settled then.
func (w *watched[T]) same(info os.FileInfo) bool {
	return w.seen != nil && os.SameFile(w.seen, info) && w.seen.Size() == info.Size() &&
		w.seen.ModTime().Equal(info.ModTime()) && w.at.Sub(info.ModTime()) > settling
}
