package pack

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Change is one field in which two packs differ.
type Change struct {
	Field string `json:"field"`         // e.g. numbers.comment_days.value
	Was   string `json:"was,omitempty"` // empty when the field is new
	Is    string `json:"is,omitempty"`  // empty when the field is gone
}

// Diff lists what differs from one pack to another, in order of field. The
// names of the packs are no difference.
func Diff(from, to *Pack) ([]Change, error) {
	was, err := flatten(from)
	if err != nil {
		return nil, err
	}
	is, err := flatten(to)
	if err != nil {
		return nil, err
	}
	var changes []Change
	for field, value := range was {
		if is[field] != value {
			changes = append(changes, Change{field, value, is[field]})
		}
	}
	for field, value := range is {
		if _, known := was[field]; !known {
			changes = append(changes, Change{field, "", value})
		}
	}
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.Field, b.Field) })
	return changes, nil
}

// flatten writes down every value of a pack under the path of its field. Of a
// list of named things the name is the path; of a plain list all values are
// one.
func flatten(p *Pack) (map[string]string, error) {
	data, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	var tree map[string]any
	if err := json.Unmarshal(data, &tree); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	delete(tree, "pack")
	delete(tree, "extends")
	flat := map[string]string{}
	walk(flat, "", tree)
	return flat, nil
}

func walk(flat map[string]string, path string, v any) {
	at := func(key string) string { return strings.TrimPrefix(path+"."+key, ".") }
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			walk(flat, at(key), value)
		}
	case []any:
		var plain []string
		for _, item := range v {
			named, ok := item.(map[string]any)
			if !ok {
				plain = append(plain, fmt.Sprint(item))
				continue
			}
			walk(flat, at(fmt.Sprint(cmp.Or(named["id"], named["rule"]))), item)
		}
		if plain != nil {
			flat[path] = strings.Join(plain, ", ")
		}
	case nil:
	default:
		flat[path] = fmt.Sprint(v)
	}
}
