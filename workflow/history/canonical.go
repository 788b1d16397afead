package history

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds how deep an act may be nested.
const maxDepth = 64

// canonical refuses text that the encoder would not have written: a key that
// stands twice (a reader would take the first or the last), space between
// tokens, an escape that is not needed, a number that is not whole or is
// written in another way. Two readers must never see two different entries in
// the same bytes, and one entry must never have two spellings.
func canonical(data []byte) error {
	if !utf8.Valid(data) {
		return fmt.Errorf("%w: not UTF-8", ErrMalformed)
	}
	s := scanner{data: data}
	if err := s.value(0); err != nil {
		return err
	}
	if s.at != len(data) {
		return s.wrong("something stands after the end")
	}
	return nil
}

type scanner struct {
	data []byte
	at   int
}

func (s *scanner) wrong(what string) error {
	return fmt.Errorf("%w: byte %d: %s", ErrMalformed, s.at, what)
}

func (s *scanner) peek() byte {
	if s.at < len(s.data) {
		return s.data[s.at]
	}
	return 0
}

func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.at++
	return true
}

func (s *scanner) value(depth int) error {
	switch c := s.peek(); {
	case depth > maxDepth:
		return s.wrong("nested too deep")
	case c == '{':
		return s.object(depth)
	case c == '[':
		return s.array(depth)
	case c == '"':
		_, err := s.text()
		return err
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	}
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(s.data[s.at:], []byte(word)) {
			s.at += len(word)
			return nil
		}
	}
	return s.wrong("no value begins here")
}

func (s *scanner) object(depth int) error {
	s.at++
	if s.take('}') {
		return nil
	}
	keys := map[string]bool{}
	for {
		key, err := s.text()
		if err != nil {
			return err
		}
		// encoding/json matches keys without regard to case.
		folded := strings.ToLower(key)
		if keys[folded] {
			return s.wrong(fmt.Sprintf("key %q stands twice", key))
		}
		keys[folded] = true
		if !s.take(':') {
			return s.wrong("':' expected")
		}
		if err := s.value(depth + 1); err != nil {
			return err
		}
		if s.take('}') {
			return nil
		}
		if !s.take(',') {
			return s.wrong("',' or '}' expected")
		}
	}
}

func (s *scanner) array(depth int) error {
	s.at++
	if s.take(']') {
		return nil
	}
	for {
		if err := s.value(depth + 1); err != nil {
			return err
		}
		if s.take(']') {
			return nil
		}
		if !s.take(',') {
			return s.wrong("',' or ']' expected")
		}
	}
}

// number reads a whole number: no fraction, no exponent, no leading zero.
func (s *scanner) number() error {
	negative := s.take('-')
	start := s.at
	for s.peek() >= '0' && s.peek() <= '9' {
		s.at++
	}
	digits := s.data[start:s.at]
	switch c := s.peek(); {
	case len(digits) == 0, digits[0] == '0' && (len(digits) > 1 || negative):
		return s.wrong("a number is not written plainly")
	case c == '.' || c == 'e' || c == 'E':
		return s.wrong("a number is not whole")
	}
	return nil
}

// text reads a string in the one spelling that encoding/json writes with HTML
// escaping off.
func (s *scanner) text() (string, error) {
	if !s.take('"') {
		return "", s.wrong("a text expected")
	}
	var out strings.Builder
	for s.at < len(s.data) {
		r, size := utf8.DecodeRune(s.data[s.at:])
		switch {
		case r == '"':
			s.at++
			return out.String(), nil
		case r == '\\':
			escaped, err := s.escape()
			if err != nil {
				return "", err
			}
			out.WriteRune(escaped)
			continue
		case r < ' ' || r == '\u2028' || r == '\u2029':
			return "", s.wrong("a character is not escaped")
		}
		out.WriteRune(r)
		s.at += size
	}
	return "", s.wrong("a text does not end")
}

func (s *scanner) escape() (rune, error) {
	rest := s.data[s.at:]
	if len(rest) >= 2 {
		if i := strings.IndexByte(`"\bfnrt`, rest[1]); i >= 0 {
			s.at += 2
			return rune("\"\\\b\f\n\r\t"[i]), nil
		}
	}
	if len(rest) < 6 || rest[1] != 'u' {
		return 0, s.wrong("an unknown escape")
	}
	for r := range rune(' ') {
		if !strings.ContainsRune("\b\f\n\r\t", r) && string(rest[2:6]) == fmt.Sprintf("%04x", r) {
			s.at += 6
			return r, nil
		}
	}
	for text, r := range map[string]rune{"2028": '\u2028', "2029": '\u2029'} {
		if string(rest[2:6]) == text {
			s.at += 6
			return r, nil
		}
	}
	return 0, s.wrong("an escape that is not needed")
}
