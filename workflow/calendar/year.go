package calendar

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"
)

//go:embed years/*.json
var embedded embed.FS

// Notice is a notice of the State Council General Office on a year's
// holidays.
type Notice struct {
	Title  string `json:"title"`
	Number string `json:"number"` // 发文字号
	Date   Date   `json:"date"`   // 成文日期
}

// year is the table of one year, as the files in years/ have it. An off period
// (放假) includes the weekend that the notice joins to it (与周末连休).
type year struct {
	Year       int        `json:"year"`
	Notices    []Notice   `json:"notices"`
	Provenance provenance `json:"provenance"`
	Off        []struct {
		Zh     string `json:"zh"`
		En     string `json:"en"`
		From   Date   `json:"from"`
		To     Date   `json:"to"`
		Number string `json:"number"` // of the notice that says so
	} `json:"off"`
	MakeUp []struct {
		Date   Date   `json:"date"`
		Number string `json:"number"`
	} `json:"make_up"`
}

// provenance tells a reader of the table where it comes from; nothing is
// counted by it.
type provenance struct {
	PublishedAt      []string `json:"published_at"`       // where the government publishes the notices
	ReadAt           []string `json:"read_at"`            // the copies that text and number were read in
	DaysComparedWith []string `json:"days_compared_with"` // data sets that agree, day by day
}

// exception is a day that a notice takes out of the ordinary week.
type exception struct {
	kind   Kind
	zh, en string
	notice Notice
}

// Calendar is a set of year tables. It does not change after it is loaded and
// is safe for concurrent use. The zero Calendar has no table, so that every
// answer is provisional.
type Calendar struct {
	years      map[int][]Notice
	exceptions map[Date]exception
	digest     string
	files      []File
}

// File is one year's table as it was read.
type File struct {
	Name string // such as 2026.json
	Data []byte
}

// China returns the calendar that comes with the module: 2019, the year D713
// took effect, to 2026.
func China() *Calendar { return chinese() }

var chinese = sync.OnceValue(func() *Calendar {
	files, err := fs.Sub(embedded, "years")
	if err != nil {
		return &Calendar{}
	}
	// The tests load the same files. Were they unreadable all the same, a
	// calendar without tables would mark every answer provisional.
	c, err := Load(files)
	if err != nil {
		return &Calendar{}
	}
	return c
})

// Load reads every *.json file at the top of a file system as the table of
// one year and checks it: all seven holidays are there, none runs backwards,
// worked days fall on weekends and are not off, each day comes from a notice
// that the table names. Where a file system has no table at all, it is an error
// too: the wrong directory must not turn every answer provisional.
func Load(files fs.FS) (*Calendar, error) {
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		return nil, fmt.Errorf("calendar: %w", err)
	}
	tables := make([]File, len(names))
	for i, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("calendar: %w", err)
		}
		tables[i] = File{name, data}
	}
	return Of(tables)
}

// Of returns the calendar with just these tables, in ascending order of name.
// It checks them as [Load] does.
func Of(tables []File) (*Calendar, error) {
	if len(tables) == 0 {
		return nil, errors.New("calendar: no table: no file *.json")
	}
	c := &Calendar{years: map[int][]Notice{}, exceptions: map[Date]exception{}, files: slices.Clone(tables)}
	sum := sha256.New()
	for i, f := range tables {
		if i > 0 && f.Name <= tables[i-1].Name {
			return nil, fmt.Errorf("calendar: %s: the tables are out of order", f.Name)
		}
		if err := c.add(f.Data); err != nil {
			return nil, fmt.Errorf("calendar: %s: %w", f.Name, err)
		}
		fmt.Fprintf(sum, "%s\x00%d\x00", f.Name, len(f.Data))
		sum.Write(f.Data)
	}
	c.digest = "sha256:" + hex.EncodeToString(sum.Sum(nil))
	return c, nil
}

// ErrUnknown says that no calendar at hand has a digest.
var ErrUnknown = errors.New("calendar: unknown")

// Digested returns the calendar of a digest: this one, or this one as it was
// before the tables of its last years came in. A table is never changed once
// it was published, so that an older record finds its calendar in a newer
// program. The error wraps ErrUnknown.
func (c *Calendar) Digested(digest string) (*Calendar, error) {
	if c.digest == digest {
		return c, nil
	}
	for n := len(c.files) - 1; n > 0; n-- {
		if before, err := Of(c.files[:n]); err == nil && before.digest == digest {
			return before, nil
		}
	}
	return nil, fmt.Errorf("%w: %q", ErrUnknown, digest)
}

// Files are the tables as they were read, in order of name.
func (c *Calendar) Files() []File { return slices.Clone(c.files) }

func (c *Calendar) add(data []byte) error {
	y, err := parseYear(data)
	if err != nil {
		return err
	}
	if _, ok := c.years[y.Year]; ok {
		return fmt.Errorf("year %d is given twice", y.Year)
	}
	c.years[y.Year] = y.Notices
	notice := func(number string) (Notice, error) {
		i := slices.IndexFunc(y.Notices, func(n Notice) bool { return n.Number == number })
		if i < 0 {
			return Notice{}, fmt.Errorf("notice %q is not among those of the year", number)
		}
		return y.Notices[i], nil
	}
	put := func(d Date, e exception) error {
		if _, ok := c.exceptions[d]; ok || d.IsZero() || d.Year() < y.Year-1 || d.Year() > y.Year {
			return fmt.Errorf("%s: given twice, or not a day of the year", d)
		}
		c.exceptions[d] = e
		return nil
	}
	for _, off := range y.Off {
		n, err := notice(off.Number)
		if err != nil {
			return err
		}
		if off.To.Before(off.From) || off.To.DaysSince(off.From) > 30 {
			return fmt.Errorf("%s: from %s to %s", off.Zh, off.From, off.To)
		}
		for d := off.From; !d.After(off.To); d = d.AddDays(1) {
			if err := put(d, exception{Holiday, off.Zh, off.En, n}); err != nil {
				return err
			}
		}
	}
	for _, worked := range y.MakeUp {
		n, err := notice(worked.Number)
		if err != nil {
			return err
		}
		if !weekend(worked.Date) {
			return fmt.Errorf("%s is worked in exchange and is not on a weekend", worked.Date)
		}
		if err := put(worked.Date, exception{MakeUp, "调休上班", "worked in exchange", n}); err != nil {
			return err
		}
	}
	return nil
}

// parseYear reads a table and checks what can be seen without its days.
func parseYear(data []byte) (year, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var y year
	if err := dec.Decode(&y); err != nil {
		return year{}, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return year{}, errors.New("there is something after the table")
	}
	if y.Year < 1949 || len(y.Notices) == 0 {
		return year{}, fmt.Errorf("year %d: impossible, or without a notice", y.Year)
	}
	for i, n := range y.Notices {
		if n.Title == "" || n.Number == "" || n.Date.IsZero() {
			return year{}, fmt.Errorf("notice %d has no title, number or date", i+1)
		}
	}
	return y, y.complete()
}

// holidays are the seven for all citizens (全国年节及纪念日放假办法 Art 2).
var holidays = [...]string{"元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"}

// complete refuses a table that lacks a holiday: it would count days off as
// worked, and not say that the answer is provisional.
func (y year) complete() error {
	for _, name := range holidays {
		found := false
		for _, off := range y.Off {
			found = found || off.En != "" && strings.Contains(off.Zh, name)
		}
		if !found {
			return fmt.Errorf("year %d lacks %s", y.Year, name)
		}
	}
	return nil
}

func weekend(d Date) bool { return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday }

// Digest names the calendar by the bytes of its tables.
func (c *Calendar) Digest() string { return c.digest }

// Years lists the years that have a table, in order.
func (c *Calendar) Years() []int {
	all := make([]int, 0, len(c.years))
	for y := range c.years {
		all = append(all, y)
	}
	slices.Sort(all)
	return all
}

// Notices returns the notices behind a year's table; none when it has no
// table.
func (c *Calendar) Notices(year int) []Notice { return slices.Clone(c.years[year]) }
