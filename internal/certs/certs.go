// Package certs makes TLS out of files: what a server shows, and what a client trusts and shows. Certificates are renewed while Rodada
// runs, so a pair is read again when its files have changed; one that can't be read then is not used, and the one of before goes on.
// There is no way to trust everybody.
package certs

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
)

// ErrNoCertificate is a file of authorities without a certificate in it.
var ErrNoCertificate = errors.New("no certificate in PEM")

// Files are where the certificates are.
type Files struct {
	CA   string // of who is trusted; empty: whom the system trusts
	Cert string // with the key, what one shows oneself; empty: nothing
	Key  string
}

// Server is TLS for a server that shows a certificate. It asks clients for none.
func Server(cert, key string, log *slog.Logger) (*tls.Config, error) {
	p, err := load(cert, key, log)
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return p.current(), nil },
	}, nil
}

// Client is TLS for a client. The server must be of an authority that is trusted, by the name that it is called by.
func Client(f Files, log *slog.Logger) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if f.CA != "" {
		text, err := os.ReadFile(f.CA)
		if err != nil {
			return nil, err
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s: %w", f.CA, ErrNoCertificate)
		}
	}
	if f.Cert != "" {
		p, err := load(f.Cert, f.Key, log)
		if err != nil {
			return nil, err
		}
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return p.current(), nil }
	}
	return c, nil
}

// pair is a certificate and its key.
type pair struct {
	cert, key string
	log       *slog.Logger

	mu    sync.Mutex
	read  *tls.Certificate
	files [2]fs.FileInfo // that were read, or could not be
	gone  bool           // one of them is not there, and the log knows
}

func load(cert, key string, log *slog.Logger) (*pair, error) {
	p := &pair{cert: cert, key: key, log: log}
	files, err := p.look()
	if err != nil {
		return nil, err
	}
	read, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("%s, %s: %w", cert, key, err)
	}
	p.read, p.files = &read, files
	return p, nil
}

func (p *pair) look() (files [2]fs.FileInfo, err error) {
	for i, name := range []string{p.cert, p.key} {
		if files[i], err = os.Stat(name); err != nil {
			return files, err
		}
	}
	return files, nil
}

// unchanged reports whether a file is the one of before and was not written since. A clock of files is coarse: one that takes
// the place of another may bear the same time.
func unchanged(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size()
}

// current is the pair that the files hold, or the last that they did. A handshake that meets files half written takes the one of before;
// the next sees that they have changed again.
func (p *pair) current() *tls.Certificate {
	p.mu.Lock()
	defer p.mu.Unlock()
	files, err := p.look()
	if err != nil && !p.gone {
		p.log.Error("the certificate's files can't be found; the one that was read goes on", "certificate", p.cert, "until", p.read.Leaf.NotAfter, "error", err)
	}
	p.gone = err != nil
	if err != nil || unchanged(files[0], p.files[0]) && unchanged(files[1], p.files[1]) {
		return p.read
	}
	p.files = files
	read, err := tls.LoadX509KeyPair(p.cert, p.key)
	if err != nil {
		p.log.Error("the new certificate is not used", "certificate", p.cert, "error", err)
		return p.read
	}
	p.read = &read
	p.log.Info("a new certificate is used", "certificate", p.cert, "until", read.Leaf.NotAfter)
	return p.read
}
