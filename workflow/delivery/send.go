package delivery

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"code.dny.dev/ssrf"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const (
	// requestTime bounds one request, from the look-up of the name to the end of
	// the answer.
	requestTime = 10 * time.Second
	// maxAnswer is how much of an answer is read, so that the connection can be
	// used again; none of it is kept.
	maxAnswer = 16 << 10
)

// newClient returns a client for one subscriber. Where the address must be a
// public one (IANA special-purpose registries), that is checked when the
// connection is made, of the address that the name led to: a name that leads
// elsewhere the next time is checked the next time. A proxy would be asked to
// go where this program does not, so there is none; nor is a redirect followed.
func (d *Deliverer) newClient(s Subscriber) *http.Client {
	dialer := &net.Dialer{Timeout: d.timeout(), Resolver: d.Resolver}
	if !s.AllowPrivate {
		dialer.Control = ssrf.New(ssrf.WithAnyPort()).Safe
	}
	return &http.Client{
		Timeout:       d.timeout(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSHandshakeTimeout:    d.timeout(),
			MaxResponseHeaderBytes: maxAnswer,
			MaxIdleConnsPerHost:    d.parallel(),
			IdleConnTimeout:        time.Minute,
			DisableCompression:     true,
		},
	}
}

// answer is what one request led to.
type answer struct {
	status     int           // 0 when there was none
	retryAfter time.Duration // 0 when it does not say
	reason     Reason        // why it failed; "" when it did not
}

// post sends an event once.
func (d *Deliverer) post(ctx context.Context, client *http.Client, s Subscriber, id string, body []byte) (answer, error) {
	now := d.now()
	signed, err := signatures(s.Secrets, id, now, body)
	if err != nil {
		return answer{}, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Content-Type", "application/cloudevents+json; charset=utf-8")
	r.Header.Set("User-Agent", "juece")
	r.Header.Set(standardwebhooks.HeaderWebhookID, id)
	r.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	r.Header.Set(standardwebhooks.HeaderWebhookSignature, signed)
	response, err := client.Do(r)
	if err != nil {
		return answer{reason: reasonOf(err)}, nil
	}
	// The status has said what there was to say.
	_, _ = io.CopyN(io.Discard, response.Body, maxAnswer)
	_ = response.Body.Close()
	a := answer{status: response.StatusCode}
	if a.status < 200 || a.status > 299 {
		a.reason, a.retryAfter = reasonOfStatus(a.status), retryAfter(response.Header, now)
	}
	return a, nil
}
