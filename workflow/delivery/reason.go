package delivery

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strconv"
	"strings"

	"code.dny.dev/ssrf"
)

// Reason says why an attempt failed: "http " and the status, or one of the
// constants. It repeats neither an address nor what the subscriber answered.
type Reason string

// The reasons beside a status.
const (
	ReasonTimeout    Reason = "timeout"
	ReasonName       Reason = "name"       // the name has no address
	ReasonAddress    Reason = "address"    // the address is not a public one
	ReasonTLS        Reason = "tls"        // the certificate does not hold
	ReasonConnection Reason = "connection" // it was not made, or broke
	ReasonEvent      Reason = "event"      // what was recorded cannot be read
)

func reasonOfStatus(code int) Reason { return Reason("http " + strconv.Itoa(code)) }

// reasonOf names what kept a request from being answered.
func reasonOf(err error) Reason {
	var timeout net.Error
	if errors.Is(err, ssrf.ErrProhibitedIP) || errors.Is(err, ssrf.ErrProhibitedNetwork) {
		return ReasonAddress
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() {
		return ReasonTimeout
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return ReasonName
	}
	_, wrong := errors.AsType[*tls.CertificateVerificationError](err)
	_, name := errors.AsType[x509.HostnameError](err)
	_, alert := errors.AsType[tls.AlertError](err)
	if wrong || name || alert {
		return ReasonTLS
	}
	return ReasonConnection
}

// Text says it for people, in a language, "zh" or "en".
func (r Reason) Text(lang string) string {
	said := map[Reason][2]string{
		ReasonTimeout:    {"没有在限时内答复", "no answer in time"},
		ReasonName:       {"域名没有解析到地址", "the name has no address"},
		ReasonAddress:    {"地址不是公网地址；确为内网的，配置allow_private", "the address is not a public one; configure allow_private if it is meant to be"},
		ReasonTLS:        {"证书不成立", "the certificate does not hold"},
		ReasonConnection: {"没有连上，或者连接中断", "the connection was not made, or broke"},
		ReasonEvent:      {"事件的内容不能读取", "what was recorded of the event cannot be read"},
	}
	text, ok := said[r]
	if status, answered := strings.CutPrefix(string(r), "http "); answered {
		text, ok = [2]string{"对方答复HTTP " + status, "it answered HTTP " + status}, true
	}
	if !ok {
		text = [2]string{string(r), string(r)}
	}
	if lang == "en" {
		return text[1]
	}
	return text[0]
}
