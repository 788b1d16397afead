package main

import (
	"cmp"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
)

// masked stands for what is secret.
const masked = "******"

// dataSource names a database. As text it bears no password: what prints it by
// mistake tells nothing.
type dataSource string

// String is the data source as it may be shown. A parameter that is not known
// to be harmless is none, and neither is what cannot be read.
func (d dataSource) String() string {
	scheme, rest, _ := strings.Cut(string(d), ":")
	switch {
	case d == "":
		return ""
	case scheme == "postgres" || scheme == "postgresql":
		return maskURL(string(d), "host", "hostaddr", "port", "user", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey", "passfile",
			"connect_timeout", "application_name", "target_session_attrs", "load_balance_hosts", "binary_parameters", "search_path")
	case scheme == "sqlite" && !strings.ContainsAny(rest, "?@#") && !strings.Contains(rest, "://"):
		return string(d)
	case scheme == "sqlite":
		path, query, _ := strings.Cut(strings.TrimPrefix(rest, "file:"), "?")
		if strings.ContainsAny(path, "@#") || strings.Contains(path, "://") {
			return "sqlite:" + masked
		}
		shown, _ := maskQuery(query, "_busy_timeout", "_journal_mode", "_synchronous", "_txlock", "_foreign_keys", "mode", "cache", "vfs", "immutable")
		return "sqlite:file:" + path + "?" + shown
	}
	return masked
}

// maskURL takes out of an address the password and the values of parameters
// other than those that are known to be harmless. A password with a character
// that has a meaning of its own can look like another part of the address, so
// anything that is not plainly otherwise is masked.
func maskURL(text string, harmless ...string) string {
	u, err := url.Parse(text)
	scheme, _, _ := strings.Cut(text, ":")
	if err != nil || u.Opaque != "" || strings.Contains(text, "#") || strings.Contains(u.Path, "@") || strings.Contains(u.RawQuery, "@") {
		return scheme + "://" + masked
	}
	query, changed := maskQuery(u.RawQuery, harmless...)
	_, secret := u.User.Password()
	if !secret && !changed {
		return text
	}
	shown := scheme + "://"
	if u.User != nil {
		shown += url.User(u.User.Username()).String()
		if secret {
			shown += ":" + masked
		}
		shown += "@"
	}
	shown += u.Host + u.EscapedPath()
	if query != "" {
		shown += "?" + query
	}
	return shown
}

func maskQuery(query string, harmless ...string) (shown string, changed bool) {
	if query == "" {
		return "", false
	}
	parts := strings.Split(query, "&")
	for i, part := range parts {
		name, _, _ := strings.Cut(part, "=")
		switch {
		case slices.Contains(harmless, name):
		case name == "password" || name == "sslpassword": // another name could be a piece of a password
			parts[i], changed = name+"="+masked, true
		default:
			parts[i], changed = masked, true
		}
	}
	return strings.Join(parts, "&"), changed
}

// shown is the text of a setting without what is secret in it.
func shown(text string) string {
	if strings.Contains(text, "://") {
		return maskURL(text)
	}
	return text
}

// unspoken takes out of a complaint about a command line what could be a data
// source, or a piece of one: kong repeats what it cannot place.
func unspoken(complaint string, args []string) string {
	var pieces []string
	for _, arg := range args {
		before, after, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if strings.HasPrefix(arg, "-") {
			pieces = append(pieces, before, after)
		} else {
			pieces = append(pieces, arg)
		}
		pieces = append(pieces, strings.Split(arg, ",")...)
	}
	slices.SortFunc(pieces, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for _, piece := range pieces {
		lower := strings.ToLower(piece)
		if strings.ContainsAny(piece, "@=") && !strings.HasPrefix(piece, "--") || strings.Contains(lower, ":/") || strings.Contains(lower, "passw") {
			quoted := strconv.Quote(piece)
			complaint = strings.ReplaceAll(complaint, quoted[1:len(quoted)-1], masked)
			complaint = strings.ReplaceAll(complaint, piece, masked)
		}
	}
	return complaint
}

// databaseFlags name the database of a command that runs for long.
type databaseFlags struct {
	DB     dataSource `name:"db" placeholder:"sqlite:PATH|postgres://…" help:"数据库；serve默认为sqlite:juece.db，演示时默认为临时数据库。The database; for serve sqlite:juece.db by default, a temporary one for a demonstration."`
	DBFile string     `name:"db-file" type:"path" placeholder:"FILE" help:"写有数据库名称的文件，代替--db：其中的密码不出现在命令行、环境变量和配置文件中。A file that holds the data source, in place of --db: a password in it stands neither on the command line nor in a configuration."`
}

// source is the data source; empty when none is named.
func (f databaseFlags) source() (dataSource, error) {
	switch {
	case f.DB != "" && f.DBFile != "":
		return "", setupError{"--db和--db-file只能用其一（包括环境变量和配置文件中的）", "name the database by --db or by --db-file, not by both; the environment and the file count, too"}
	case f.DBFile == "":
		return f.DB, f.DB.valid()
	}
	data, err := os.ReadFile(f.DBFile)
	source := dataSource(strings.TrimSpace(string(data)))
	if err != nil || source == "" {
		return "", setupError{"数据库名称文件不能读取，或者是空的：" + f.DBFile, "the file with the data source cannot be read, or is empty: " + f.DBFile}
	}
	return source, source.valid()
}

// needed is the data source of a command that has no default.
func (f databaseFlags) needed() (dataSource, error) {
	source, err := f.source()
	if err == nil && source == "" {
		err = setupError{"没有指定数据库：用--db或者--db-file", "no database: name one with --db or --db-file"}
	}
	return source, err
}

// valid refuses what names no database. What stands there is not repeated.
func (d dataSource) valid() error {
	scheme, _, _ := strings.Cut(string(d), ":")
	if d == "" || slices.Contains([]string{"sqlite", "postgres", "postgresql"}, scheme) {
		return nil
	}
	return setupError{"数据库须写作sqlite:PATH或者postgres://USER@HOST/NAME", "a database is sqlite:PATH or postgres://USER@HOST/NAME"}
}
