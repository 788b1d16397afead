package main

import (
	"crypto/sha256"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/httpapi"
)

// onBehalfOf is the header by which a caller chooses to act for another: the
// percent-encoded id of who delegated.
const onBehalfOf = "Juece-On-Behalf-Of"

// mayListen refuses to serve what nobody could call, and to serve static
// tokens to other machines. Other machines are served by TLS, unless somebody
// says that the way is protected otherwise: on an open one a token belongs to
// whoever listens, and a gateway's headers to whoever writes.
func (c *serveCmd) mayListen() error {
	static := c.Demo || c.Tokens != ""
	switch {
	case !static && c.Access == "":
		return setupError{
			"没有身份来源：用--identity指定身份文件，用--tokens指定令牌文件，或者用--demo演示",
			"nobody could call: name an identity file with --identity or a token file with --tokens, or try --demo",
		}
	case static && !loopback(c.Addr):
		return setupError{
			"静态令牌只能用于本机地址（如127.0.0.1:8080），不在" + c.Addr + "上提供服务",
			"static tokens are for a loopback address such as 127.0.0.1:8080; " + c.Addr + " is not one",
		}
	case c.TLS.Cert == "" && !c.PlainHTTP && !loopback(c.Addr):
		return setupError{
			"不加密的HTTP只用于本机地址：用--tls-cert和--tls-key启用TLS；线路已另行保护的，用--plain-http",
			"plain HTTP is for a loopback address: turn TLS on with --tls-cert and --tls-key, or say --plain-http when the way is protected otherwise",
		}
	}
	return nil
}

// identities say who calls: by a static token, or by what the identity file
// trusts. What the file takes away it takes from both.
type identities struct {
	static tokens
	file   *watched[*identityFile] // nil without a file
	logger *slog.Logger
	now    func() time.Time

	mu      sync.Mutex
	issuers map[string]*discovered // they outlive a change of the file
}

// newIdentities reads the identity file, unless its path is empty.
func newIdentities(static tokens, path string, logger *slog.Logger) (*identities, error) {
	who := &identities{static: static, logger: logger, now: time.Now, issuers: map[string]*discovered{}}
	if path == "" {
		return who, nil
	}
	who.file = &watched[*identityFile]{path: path, read: func(data []byte) (*identityFile, error) {
		return who.readIdentity(data)
	}}
	_, _, err := who.file.get()
	if wrong, ok := errors.AsType[setupError](err); ok {
		return nil, wrong
	}
	if err != nil {
		return nil, setupError{"身份文件无法读取：" + path, "the identity file cannot be read: " + path}
	}
	return who, nil
}

// discovered returns the published keys of an issuer.
func (i *identities) discovered(issuer string) *discovered {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.issuers[issuer] == nil {
		i.issuers[issuer] = newDiscovered(issuer, fetchEvery, fetchedFor, i.logger)
	}
	return i.issuers[issuer]
}

// Errors of an identity. Their texts are not shown to the caller.
var (
	errBoth    = errors.New("headers of a gateway together with a bearer token, or one of them twice")
	errPeer    = errors.New("headers of a gateway from somebody else")
	errRevoked = errors.New("revoked")
)

// vouched is an identity as its source tells it.
type vouched struct {
	decision.Actor
	tokenID string // jti; empty when there is none
}

// identify finds the actor of a request.
func (i *identities) identify(ctx huma.Context) (decision.Actor, error) {
	file, err := i.current()
	if err != nil {
		return decision.Actor{}, err
	}
	headers, err := readHeaders(ctx)
	if err != nil {
		return decision.Actor{}, err
	}
	now := i.now()
	who, err := i.vouched(ctx, file, headers, now)
	if err != nil {
		return decision.Actor{}, err
	}
	actor, err := file.admit(who, calendar.DateOf(now))
	if principal, asked := headers[onBehalfOf]; asked && err == nil {
		return file.delegated(actor, principal, calendar.DateOf(now))
	}
	return actor, err
}

// current is the file as it stands. A file that is broken lets nobody in; the
// log says so once for each change.
func (i *identities) current() (*identityFile, error) {
	if i.file == nil {
		return &identityFile{}, nil
	}
	file, changed, err := i.file.get()
	switch {
	case changed && err != nil:
		i.logger.Error("the identity file is broken; everybody is refused", "path", i.file.path, "error", err)
	case changed:
		i.logger.Info("the identity file was read again", "path", i.file.path)
	}
	return file, err
}

// vouched asks the source that the request appeals to, and no other.
func (i *identities) vouched(ctx huma.Context, file *identityFile, headers headers, now time.Time) (vouched, error) {
	if file.gateway.claimed(headers) {
		return file.gateway.identify(ctx.RemoteAddr(), headers)
	}
	token, ok := strings.CutPrefix(headers["Authorization"], "Bearer ")
	if !ok {
		return vouched{}, errNoToken
	}
	if actor, known := i.static[sha256.Sum256([]byte(token))]; known {
		return vouched{Actor: actor}, nil
	}
	source, ok := file.issuers[issuerOf(token)]
	if !ok {
		return vouched{}, errNoToken
	}
	return source.identify(ctx.Context(), token, now)
}

// headers are those that matter here, by canonical name.
type headers map[string]string

// readHeaders reads the headers of a request. A header that comes twice is an
// error for those who say who calls: two readers would believe two values.
func readHeaders(ctx huma.Context) (headers, error) {
	found, twice := headers{}, map[string]bool{}
	ctx.EachHeader(func(name, value string) {
		if _, again := found[name]; again {
			twice[name] = true
		}
		found[name] = value
	})
	if twice["Authorization"] || twice[onBehalfOf] {
		return nil, errBoth
	}
	for name := range twice {
		found[name] = repeated
	}
	return found, nil
}

// repeated stands for a header that came twice. No header can hold it.
const repeated = "\x00"

// admit applies what the file says of persons to an identity.
func (f *identityFile) admit(who vouched, today calendar.Date) (decision.Actor, error) {
	for _, r := range f.revoked {
		if r.of(who.ID, who.tokenID) && !today.Before(r.from) {
			return decision.Actor{}, errRevoked
		}
	}
	if f.persons == nil {
		return who.Actor, nil
	}
	roles, listed := f.persons[who.ID]
	if !listed {
		return decision.Actor{}, httpapi.ErrNotPermitted
	}
	who.Roles = both(who.Roles, roles)
	return who.Actor, nil
}

// delegated is the caller as he acts for another. He stays himself; what he
// may do is what was delegated, and nothing of his own.
func (f *identityFile) delegated(caller decision.Actor, encoded string, today calendar.Date) (decision.Actor, error) {
	principal, err := url.PathUnescape(encoded)
	if err != nil {
		return decision.Actor{}, httpapi.ErrNotPermitted
	}
	for _, r := range f.revoked {
		if r.of(principal, "") && !today.Before(r.from) {
			return decision.Actor{}, httpapi.ErrNotPermitted
		}
	}
	for _, d := range f.delegations {
		if d.to != caller.ID || d.actor.OnBehalfOf != principal || today.Before(d.from) || today.After(d.until) {
			continue
		}
		actor := d.actor
		actor.ID, actor.Cases = caller.ID, caller.Cases
		return actor, nil
	}
	return decision.Actor{}, httpapi.ErrNotPermitted
}
