package main

import (
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"sync"
	"time"
)

// tlsFlags let the server speak TLS itself.
type tlsFlags struct {
	Cert     string `type:"path" placeholder:"FILE" help:"TLS证书（PEM，服务器证书在前，其后为中间证书）；与密钥一起给出。更换文件即更换证书，不须重启。The certificate in PEM, followed by intermediates; together with the key. Replace the files to change it, without a restart."`
	Key      string `type:"path" placeholder:"FILE" help:"TLS密钥（PEM）。The key of the certificate."`
	ClientCA string `type:"path" placeholder:"FILE" help:"只接受持有该机构（PEM）所发客户端证书的连接，如网关。Only who has a client certificate of this authority may connect, such as the gateway."`
}

func (f tlsFlags) scheme() string {
	if f.Cert == "" {
		return "http"
	}
	return "https"
}

// open reads the files. Without TLS it returns nil.
func (f tlsFlags) open(logger *slog.Logger) (*tls.Config, error) {
	switch {
	case (f.Cert == "") != (f.Key == ""):
		return nil, setupError{"--tls-cert和--tls-key须一起给出", "give both --tls-cert and --tls-key, or neither"}
	case f.Cert == "" && f.ClientCA != "":
		return nil, setupError{"--tls-client-ca须与--tls-cert一起给出", "--tls-client-ca needs --tls-cert"}
	case f.Cert == "":
		return nil, nil
	}
	c := &certificates{logger: logger, now: time.Now}
	for _, path := range []string{f.Cert, f.Key, f.ClientCA} {
		if path != "" {
			c.files = append(c.files, &watched[[]byte]{path: path, read: func(data []byte) ([]byte, error) { return data, nil }})
		}
	}
	if err := c.look(); err != nil {
		return nil, setupError{"TLS：" + err.zh, "TLS: " + err.en}
	}
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return c.config(), nil },
	}, nil
}

// expiring is how long before the end of a certificate the log says so, once a
// day.
const expiring = 14 * 24 * time.Hour

// certificates are the files of TLS. They are looked at when somebody connects;
// new ones count from then on, unless they cannot be used: then the old ones
// stay.
type certificates struct {
	files  []*watched[[]byte] // certificate, key and, where clients are asked for theirs, their authority
	logger *slog.Logger
	now    func() time.Time

	mu      sync.Mutex
	current *tls.Config // one for all connections, so that sessions are resumed
	ends    time.Time
	warned  time.Time
}

// config is what a connection that begins now is made with.
func (c *certificates) config() *tls.Config {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.look(); err != nil {
		c.logger.Error("the new TLS files cannot be used; the old ones stay", "error", err.en)
	}
	return c.current
}

// look reads the files when one has changed. It complains once for each change.
func (c *certificates) look() *setupError {
	var data [][]byte
	anew := false
	for _, file := range c.files {
		content, changed, err := file.get()
		anew = anew || changed
		if err != nil {
			if changed {
				return &setupError{"文件不能读取：" + file.path, "a file cannot be read: " + file.path}
			}
			return nil
		}
		data = append(data, content)
	}
	if anew {
		if err := c.take(data); err != nil {
			return err
		}
	}
	c.warn(anew)
	return nil
}

// take makes what was read the current configuration.
func (c *certificates) take(data [][]byte) *setupError {
	pair, err := tls.X509KeyPair(data[0], data[1])
	if err != nil { // its text names no content
		return &setupError{"证书和密钥不能使用，或者不相配", "the certificate and the key cannot be used, or do not belong together"}
	}
	config := &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, Certificates: []tls.Certificate{pair},
	}
	if len(data) > 2 {
		config.ClientAuth, config.ClientCAs = tls.RequireAndVerifyClientCert, x509.NewCertPool()
		if !config.ClientCAs.AppendCertsFromPEM(data[2]) {
			return &setupError{"客户端证书机构的文件中没有证书", "no certificate in the file of the clients' authority"}
		}
	}
	if c.current != nil {
		c.logger.Info("the TLS files were read again", "until", pair.Leaf.NotAfter)
	}
	c.current, c.ends = config, pair.Leaf.NotAfter
	return nil
}

// warn says that the certificate ends soon.
func (c *certificates) warn(anew bool) {
	now := c.now()
	if c.ends.Sub(now) < expiring && (anew || now.Sub(c.warned) >= 24*time.Hour) {
		c.warned = now
		c.logger.Warn("the TLS certificate ends soon, or has ended", "until", c.ends)
	}
}
