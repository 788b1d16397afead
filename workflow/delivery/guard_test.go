package delivery_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"testing"
	"time"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/delivery"
)

// resolver answers every name with these addresses, over a connection in memory.
func resolver(addresses ...string) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go serveNames(server, addresses)
		return client, nil
	}}
}

// serveNames speaks just enough DNS (RFC 1035, 4.2.2: over a stream each message
// has its length before it).
func serveNames(c net.Conn, addresses []string) {
	defer func() { _ = c.Close() }()
	for {
		var length [2]byte
		if _, err := io.ReadFull(c, length[:]); err != nil {
			return
		}
		query := make([]byte, binary.BigEndian.Uint16(length[:]))
		if _, err := io.ReadFull(c, query); err != nil {
			return
		}
		end := 12 // after the header stands the name of the question
		for query[end] != 0 {
			end += int(query[end]) + 1
		}
		kind := binary.BigEndian.Uint16(query[end+1:])
		question := query[12 : end+5]
		var records []byte
		count := uint16(0)
		for _, a := range addresses {
			ip := netip.MustParseAddr(a)
			if ip.Is4() != (kind == 1) || kind != 1 && kind != 28 {
				continue
			}
			records = append(records, 0xc0, 12) // the name, by reference
			records = binary.BigEndian.AppendUint16(records, kind)
			records = append(records, 0, 1, 0, 0, 0, 60)
			records = binary.BigEndian.AppendUint16(records, uint16(ip.BitLen()/8))
			records = append(records, ip.AsSlice()...)
			count++
		}
		answer := append([]byte{query[0], query[1], 0x81, 0x80, 0, 1}, binary.BigEndian.AppendUint16(nil, count)...)
		answer = append(append(append(answer, 0, 0, 0, 0), question...), records...)
		if _, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...)); err != nil {
			return
		}
	}
}

// single is a store with one event, which waits until it is settled.
type single struct {
	delivery.Store
	settled []delivery.Outcome
}

func (s *single) Lease(context.Context, string, string, time.Time, time.Time) (bool, error) {
	return true, nil
}
func (s *single) Admit(context.Context, string, string) error              { return nil }
func (s *single) Unrouted(context.Context, int) ([]delivery.Event, error)  { return nil, nil }
func (s *single) Sweep(context.Context, time.Time, int) (n int, err error) { return 0, nil }
func (s *single) Settle(_ context.Context, o delivery.Outcome) error {
	s.settled = append(s.settled, o)
	return nil
}

func (s *single) Waiting(_ context.Context, subscriber string, _ time.Time, _ int) ([]delivery.Delivery, error) {
	if len(s.settled) > 0 {
		return nil, nil
	}
	e := delivery.Event{Decision: "a", ID: "a-001", Seq: 1, Type: workflow.EventRecorded, Body: []byte(`{}`)}
	return []delivery.Delivery{{Event: e, Subscriber: subscriber}}, nil
}

// reasonFor tells one subscriber once and says why it did not work.
func reasonFor(t *testing.T, d *delivery.Deliverer) delivery.Reason {
	t.Helper()
	s := &single{}
	d.Store = s
	once(t, d)
	same(t, "attempts", len(s.settled), 1)
	same(t, "done", s.settled[0].State == delivery.Done, s.settled[0].Reason == "")
	return s.settled[0].Reason
}

// A name that leads to an address that is not public is refused when it is
// dialled, whatever it led to before, and so is one among several.
func TestANameDoesNotLeadInside(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, nil)
	secure := httptest.NewTLSServer(r.Config.Handler)
	t.Cleanup(secure.Close)
	at, err := url.Parse(r.URL)
	ok(t, err)
	secureAt, err := url.Parse(secure.URL)
	ok(t, err)
	for name, c := range map[string]struct {
		url       string
		addresses []string
		private   bool
		want      delivery.Reason
	}{
		"loopback":                 {"https://hooks.example:" + secureAt.Port(), []string{"127.0.0.1"}, false, delivery.ReasonAddress},
		"both families":            {"https://hooks.example:" + secureAt.Port(), []string{"127.0.0.1", "::1"}, false, delivery.ReasonAddress},
		"nowhere":                  {"https://hooks.example:" + secureAt.Port(), nil, false, delivery.ReasonName},
		"allowed":                  {"http://hooks.example:" + at.Port(), []string{"127.0.0.1"}, true, ""},
		"allowed, not trusted":     {"https://hooks.example:" + secureAt.Port(), []string{"127.0.0.1"}, true, delivery.ReasonTLS},
		"allowed, and not secured": {"https://hooks.example:" + at.Port(), []string{"127.0.0.1"}, true, delivery.ReasonConnection},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one := subscriber(t, "oa", c.url)
			one.AllowPrivate = c.private
			d := deliverer(nil, newClock("2026-03-02T01:00:00Z"), one)
			d.Resolver = resolver(c.addresses...)
			same(t, "reason", reasonFor(t, d), c.want)
		})
	}
	t.Cleanup(func() { same(t, "requests", len(r.ids()), 1) })
}

// None of these is dialled; a connection would fail for another reason.
func TestAddressesThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", // private
		"127.0.0.1", "127.8.8.8", "::1", // loopback
		"169.254.169.254", "fe80::1", // link-local, cloud metadata among them
		"224.0.0.1", "239.1.1.1", "ff02::1", // multicast
		"0.0.0.0", "0.1.2.3", "::", // unspecified, this network
		"100.64.0.1", "100.127.255.254", // CGNAT
		"64:ff9b::a00:1", "64:ff9b::808:808", "64:ff9b:1::1", // NAT64
		"fc00::1", "fd12:3456::1", "fec0::1", // unique and site local
		"2002:a00:1::1", "2001:0:1::1", "::a00:1", "100::1", // 6to4, Teredo, IPv4-compatible, discard
		"192.0.2.1", "198.18.0.1", "203.0.113.9", "240.0.0.1", "255.255.255.255", "2001:db8::1", // documentation, benchmarks, reserved
		"::ffff:10.0.0.1", "::ffff:127.0.0.1", // IPv4-mapped
	} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			d := deliverer(nil, newClock("2026-03-02T01:00:00Z"), delivery.Subscriber{Name: "oa", Secrets: []delivery.Secret{secret(t, firstText)}})
			d.Subscribers[0].URL = "https://[" + address + "]/"
			if netip.MustParseAddr(address).Is4() {
				d.Subscribers[0].URL = "https://" + address + "/"
			}
			same(t, "written as such", reasonFor(t, d), delivery.ReasonAddress)
			d.Subscribers[0].URL = "https://hooks.example/"
			d.Resolver = resolver(address)
			same(t, "by a name", reasonFor(t, d), delivery.ReasonAddress)
		})
	}
}
