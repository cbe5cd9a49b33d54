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
	"slices"
	"strings"
	"syscall"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"rodada/domain/staff"
)

// ErrPrivate is the answer to an address that is not on the public Internet.
var ErrPrivate = errors.New("webhook: the address is not public")

// patience is how long the other side may take.
const patience = 15 * time.Second

// Sender delivers. It is safe for use by several at once.
type Sender struct {
	public, allowed *http.Client
	now             func() time.Time
}

// New makes a sender. Networks are those of one's own that may be told too, and by plain http.
func New(networks []netip.Prefix) *Sender {
	own := func(a netip.Addr) bool {
		return slices.ContainsFunc(networks, func(p netip.Prefix) bool { return p.Contains(a) })
	}
	return &Sender{
		public:  client(func(a netip.Addr) bool { return Public(a) || own(a) }),
		allowed: client(own),
		now:     time.Now,
	}
}

// client asks only addresses that may be asked: the check is of the address that is dialled, after names are looked up.
func client(may func(netip.Addr) bool) *http.Client {
	dialer := &net.Dialer{Timeout: patience, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || !may(to.Addr().Unmap()) {
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

// special are networks that are nobody's on the Internet, beside those that netip knows. (IANA's special-purpose registries)
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
}

// Public reports whether an address is one of the Internet's.
func Public(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsGlobalUnicast() && !a.IsPrivate() && !slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(a) })
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
