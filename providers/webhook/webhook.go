// Package webhook tells other people's services of what happened, as https://www.standardwebhooks.com asks: signed, dated, and
// with an ID that stays the same however often it is tried. It goes nowhere inside of one's own network unless that is allowed,
// because whoever may enter an address could otherwise have the backend ask anything of its neighbours.
package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"rodada/domain/staff"
)

// ErrPrivate is the answer to an address where webhooks may not lead.
var ErrPrivate = errors.New("webhook: the address is not public")

// patience is how long the other side may take.
const patience = 15 * time.Second

// Sender delivers. It is safe for use by several at once.
type Sender struct {
	public, allowed *http.Client
	now             func() time.Time
}

// New makes a sender that goes where webhooks may lead, and nowhere else.
func New(reach staff.Reach) *Sender {
	return &Sender{public: client(reach.Admits), allowed: client(reach.Own), now: time.Now}
}

// client asks only addresses that may be asked: the check is of the address that is dialled, after names are looked up.
func client(may func(netip.Addr) bool) *http.Client {
	dialer := &net.Dialer{Timeout: patience, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || !may(to.Addr()) {
			return ErrPrivate
		}
		return nil
	}}
	return &http.Client{
		Timeout: patience,
		Transport: &http.Transport{ // no proxy: it would look up names for itself
			DialContext: dialer.DialContext, TLSHandshakeTimeout: patience, MaxIdleConns: 20, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Send tells one thing, signed with an opened secret. Any answer but 2xx is an error; redirects are not followed.
func (s *Sender) Send(ctx context.Context, d staff.Delivery, secret string) error {
	signer, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return fmt.Errorf("webhook: its secret is none: %w", err)
	}
	now := s.now()
	signature, err := signer.Sign(d.ID, now, []byte(d.Body))
	if err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.URL, strings.NewReader(d.Body))
	if err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Rodada")
	request.Header.Set(standardwebhooks.HeaderWebhookID, d.ID)
	request.Header.Set(standardwebhooks.HeaderWebhookTimestamp, fmt.Sprint(now.Unix()))
	request.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	by := s.public
	if request.URL.Scheme != "https" {
		by = s.allowed
	}
	answer, err := by.Do(request)
	if err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	_, _ = io.CopyN(io.Discard, answer.Body, 64<<10) // so that the connection can be used again
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("webhook: it answered %d", answer.StatusCode)
	}
	return nil
}
