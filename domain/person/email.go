package person

import (
	"net/mail"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"rodada/domain/fault"
	"rodada/domain/wording"
)

// How long an address and the part before its @ may be, in bytes. (RFC 5321, 4.5.3.1)
const (
	emailLongest = 254
	localLongest = 64
)

// ErrEmail is the answer to what can't be an email address.
var ErrEmail = fault.Declare(fault.Invalid, "email_invalid", "That is not an email address.")

// hosts are names of hosts as they are looked up: in ASCII, of labels that DNS can hold. (UTS #46, RFC 5891)
var hosts = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.BidiRule(), idna.StrictDomainName(true), idna.VerifyDNSLength(true))

// Email is a bare address as it is kept, of what a person types: in small letters, composed, its host in ASCII. Whoever types it another
// way means the same one. ErrEmail for what has a name or a comment, or a host that mails can't be sent to over the Internet.
func Email(typed string) (string, error) {
	typed = norm.NFC.String(strings.TrimSpace(typed))
	local, host, found := cutLast(typed)
	if !found || !wording.Readable(typed) || strings.ContainsFunc(typed, unicode.IsSpace) || strings.ContainsAny(typed, "\"\\") {
		return "", ErrEmail
	}
	local = norm.NFC.String(strings.ToLower(local))
	host, err := hosts.ToASCII(host)
	if err != nil || !public(host) || len(local) > localLongest || len(local)+1+len(host) > emailLongest {
		return "", ErrEmail
	}
	address := local + "@" + host
	if a, err := mail.ParseAddress(address); err != nil || a.Address != address {
		return "", ErrEmail
	}
	return address, nil
}

func cutLast(address string) (local, host string, found bool) {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return "", "", false
	}
	return address[:at], address[at+1:], true
}

// public reports whether a host is a name with a domain, not a number.
func public(host string) bool {
	dot := strings.LastIndexByte(host, '.')
	return dot > 0 && strings.ContainsFunc(host[dot+1:], func(r rune) bool { return r >= 'a' && r <= 'z' })
}

// LogIn is the address that somebody logs in with, whatever they typed: Email, or what no account has.
func LogIn(typed string) string {
	email, err := Email(typed)
	if err != nil {
		return strings.Map(func(r rune) rune {
			if unicode.IsControl(r) || r == unicode.ReplacementChar {
				return -1
			}
			return unicode.ToLower(r)
		}, strings.TrimSpace(typed))
	}
	return email
}
