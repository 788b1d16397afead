package dossier

import (
	"embed"
	"io/fs"
)

//go:embed statutes/*.txt
var embedded embed.FS

// statutes are the norms that the rules cite, as far as the program has their
// text: 重大行政决策程序暂行条例（国务院令第713号）.
func statutes() []text {
	names, err := fs.Glob(embedded, "statutes/*.txt")
	if err != nil {
		return nil
	}
	var list []text
	for _, name := range names {
		data, err := embedded.ReadFile(name)
		if err != nil {
			return nil
		}
		list = append(list, text{statutesDir + name[len("statutes/"):], data})
	}
	return list
}
