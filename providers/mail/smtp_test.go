package mail_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"rodada/domain/letter"
	"rodada/providers/mail"
)

// postOffice is a real SMTP server in this process.
type postOffice struct {
	addr  string
	trust *tls.Config // of a client that believes it

	sync.Mutex
	mails   []string
	froms   []string
	tos     []string
	refuse  map[string]*smtp.SMTPError // at MAIL, RCPT or DATA
	account string                     // user:password; empty: anybody may send
}

func (o *postOffice) NewSession(c *smtp.Conn) (smtp.Session, error) {
	_, secret := c.TLSConnectionState()
	return &visit{office: o, secret: secret}, nil
}

// visit is one connection.
type visit struct {
	office  *postOffice
	secret  bool
	allowed bool
}

func (v *visit) AuthMechanisms() []string { return []string{sasl.Plain} }

func (v *visit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if !v.secret || user+":"+password != v.office.account {
			return errors.New("no")
		}
		v.allowed = true
		return nil
	}), nil
}

func (v *visit) at(step string) error {
	v.office.Lock()
	defer v.office.Unlock()
	if refusal := v.office.refuse[step]; refusal != nil {
		return refusal
	}
	return nil
}

func (v *visit) Mail(from string, _ *smtp.MailOptions) error {
	if v.office.account != "" && !v.allowed {
		return smtp.ErrAuthRequired
	}
	v.office.froms = append(v.office.froms, from)
	return v.at("MAIL")
}

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.office.tos = append(v.office.tos, to)
	return v.at("RCPT")
}

func (v *visit) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if refused := v.at("DATA"); refused != nil {
		return refused
	}
	v.office.Lock()
	defer v.office.Unlock()
	v.office.mails = append(v.office.mails, string(raw))
	return err
}

func (v *visit) Reset()        {}
func (v *visit) Logout() error { return nil }

// newOffice opens a post office; wrapped is TLS from the first byte on, otherwise it offers STARTTLS where offer is true.
func newOffice(t *testing.T, offer, wrapped bool) *postOffice {
	t.Helper()
	pki := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate
	t.Cleanup(pki.Close)
	pool := x509.NewCertPool()
	pool.AddCert(pki.Certificate())
	o := &postOffice{refuse: map[string]*smtp.SMTPError{}, trust: &tls.Config{RootCAs: pool, ServerName: "example.com", MinVersion: tls.VersionTLS12}}
	server := smtp.NewServer(o)
	server.Domain, server.EnableSMTPUTF8 = "example.com", true
	if offer {
		server.TLSConfig = &tls.Config{Certificates: pki.TLS.Certificates, MinVersion: tls.VersionTLS12}
	}
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	o.addr = l.Addr().String()
	if wrapped {
		l = tls.NewListener(l, server.TLSConfig)
	}
	over := make(chan struct{})
	go func() { defer close(over); _ = server.Serve(l) }()
	t.Cleanup(func() { _, _ = server.Close(), l.Close(); <-over }) // it may not serve yet
	return o
}

func (o *postOffice) sender(t *testing.T, security mail.Security, edit func(*mail.Options)) *mail.Server {
	t.Helper()
	options := mail.Options{Addr: o.addr, Security: security, From: "Rodada <no-reply@rodada.example>", TLS: o.trust}
	if edit != nil {
		edit(&options)
	}
	s, err := mail.NewServer(options)
	require.NoError(t, err)
	return s
}

var code = letter.Letter{ID: "5d0b2f0c-5a52-4a3e-8a86-0d7b2c1f7e55", Kind: letter.Register, Language: "es", To: "ana@example.com", Code: "493827"}

func TestAMailArrives(t *testing.T) {
	for name, c := range map[string]struct {
		security       mail.Security
		offer, wrapped bool
		account        string
	}{
		"none":              {mail.None, false, false, ""},
		"starttls":          {mail.StartTLS, true, false, ""},
		"tls":               {mail.TLS, true, true, ""},
		"starttls, account": {mail.StartTLS, true, false, "rodada:secret"},
		"tls, account":      {mail.TLS, true, true, "rodada:secret"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, c.offer, c.wrapped)
			o.account = c.account
			s := o.sender(t, c.security, func(m *mail.Options) { m.Username, m.Password, _ = strings.Cut(c.account, ":") })
			require.NoError(t, s.Send(t.Context(), code))
			require.Equal(t, []string{"no-reply@rodada.example"}, o.froms)
			require.Equal(t, []string{"ana@example.com"}, o.tos)
			require.Len(t, o.mails, 1)
			for _, line := range []string{
				"To: <ana@example.com>", `From: "Rodada" <no-reply@rodada.example>`, "Message-ID: <5d0b2f0c-5a52-4a3e-8a86-0d7b2c1f7e55@rodada.example>",
				"Auto-Submitted: auto-generated", "Content-Language: es", "493827",
			} {
				require.Contains(t, o.mails[0], line)
			}
		})
	}
}

// What can't be said in secret is not said, and a password goes to nobody else.
func TestNoMailWithoutTheSecurityAskedFor(t *testing.T) {
	open := newOffice(t, false, false)
	require.ErrorContains(t, open.sender(t, mail.StartTLS, nil).Send(t.Context(), code), "STARTTLS")
	require.Error(t, open.sender(t, mail.TLS, func(o *mail.Options) { o.Username, o.Password = "rodada", "secret" }).Send(t.Context(), code))
	stranger := newOffice(t, true, false)
	require.ErrorContains(t, stranger.sender(t, mail.StartTLS, func(o *mail.Options) { o.TLS = nil }).Send(t.Context(), code), "certificate")
	require.Empty(t, append(open.mails, stranger.mails...))
	_, err := mail.NewServer(mail.Options{Addr: open.addr, Security: "perhaps"})
	require.Error(t, err)
	_, err = mail.NewServer(mail.Options{Addr: "nowhere", Security: mail.TLS})
	require.Error(t, err)
}

// A refusal says nothing of the address, which servers like to repeat; only what is about this one mail is final.
func TestRefusals(t *testing.T) {
	permanent := func(err error) bool {
		var p interface{ Permanent() bool }
		return errors.As(err, &p) && p.Permanent()
	}
	for name, c := range map[string]struct {
		step  string
		code  int
		final bool
	}{
		"no such mailbox": {"RCPT", 550, true},
		"full for now":    {"RCPT", 452, false},
		"spam":            {"DATA", 554, true},
		"greylisted":      {"DATA", 451, false},
		"we may not send": {"MAIL", 553, false}, // the operator's to mend
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, false, false)
			o.refuse[c.step] = &smtp.SMTPError{Code: c.code, EnhancedCode: smtp.EnhancedCode{c.code / 100, 1, 1}, Message: "<ana@example.com> is not wanted"}
			err := o.sender(t, mail.None, nil).Send(t.Context(), code)
			require.Error(t, err)
			require.Equal(t, c.final, permanent(err), err)
			require.NotContains(t, err.Error(), "ana")
			require.Contains(t, err.Error(), "the server answered")
		})
	}
	o := newOffice(t, false, false)
	s := o.sender(t, mail.None, nil)
	bad := code
	bad.To = "nobody\r\nBcc: eva@example.com"
	require.True(t, permanent(s.Send(t.Context(), bad)))
	require.Empty(t, o.tos)

	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	cancel()
	require.Error(t, s.Send(ctx, code))
	require.ErrorIs(t, mail.Nowhere(t.Context(), code), mail.ErrNowhere)
}
