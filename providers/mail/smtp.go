package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"

	"rodada/domain/letter"
)

// Security is how the way to the server is kept secret.
type Security string

// The kinds of security.
const (
	StartTLS Security = "starttls" // and not without
	TLS      Security = "tls"      // from the first byte on
	None     Security = "none"
)

// Options is a mail server and who sends.
type Options struct {
	Addr               string // host:port
	Security           Security
	Username, Password string
	From               string
	TLS                *tls.Config // nil: whom the system trusts
}

// patience is how long a server may take for a mail.
const patience = 30 * time.Second

// Server sends over SMTP. It is safe for use by several at once: each mail is a connection of its own.
type Server struct {
	host    string
	options []gomail.Option
	from    string
	now     func() time.Time
}

// NewServer checks the options; it does not connect.
func NewServer(o Options) (*Server, error) {
	host, text, err := net.SplitHostPort(o.Addr)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return nil, fmt.Errorf("mail: the port of %s is no number", o.Addr)
	}
	s := &Server{host: host, from: o.From, now: time.Now}
	s.options = []gomail.Option{gomail.WithPort(port), gomail.WithTimeout(patience)}
	switch o.Security {
	case StartTLS:
		s.options = append(s.options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case TLS:
		s.options = append(s.options, gomail.WithSSL())
	case None:
		s.options = append(s.options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, fmt.Errorf("mail: there is no security %q", o.Security)
	}
	if o.TLS != nil {
		s.options = append(s.options, gomail.WithTLSConfig(o.TLS))
	}
	if o.Username != "" {
		s.options = append(s.options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(o.Username), gomail.WithPassword(o.Password))
	}
	_, err = s.client()
	return s, err
}

func (s *Server) client() (*gomail.Client, error) {
	c, err := gomail.NewClient(s.host, s.options...)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return c, nil
}

// Send hands one letter to the server. A *RefusalError is final.
func (s *Server) Send(ctx context.Context, l letter.Letter) error {
	m, err := compose(l, s.from, s.now())
	if err != nil {
		return err
	}
	c, err := s.client()
	if err != nil {
		return err
	}
	return discreet(c.DialAndSendWithContext(ctx, m))
}

// discreet keeps of a server's refusal what holds no address.
func discreet(err error) error {
	var refused *gomail.SendError
	if !errors.As(err, &refused) {
		if err != nil {
			return fmt.Errorf("mail: %w", err)
		}
		return nil
	}
	if refused.ErrorCode() == 0 {
		return fmt.Errorf("mail: the connection broke (%s)", refused.Reason)
	}
	what := fmt.Sprintf("the server answered %d %s (%s)", refused.ErrorCode(), refused.EnhancedStatusCode(), refused.Reason)
	final := refused.Reason == gomail.ErrSMTPRcptTo || refused.Reason == gomail.ErrSMTPDataClose
	if final && !refused.IsTemp() {
		return &RefusalError{why: what}
	}
	return errors.New("mail: " + what)
}
