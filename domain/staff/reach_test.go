package staff_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/staff"
)

func TestPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"1.1.1.1": true, "93.184.216.34": true, "2606:4700::1111": true,
		"10.0.0.1": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false, "0.1.2.3": false,
		"224.0.0.1": false, "255.255.255.255": false, "198.18.0.1": false, "::": false, "::1": false, "fe80::1": false, "fd00::1": false,
		"::ffff:10.0.0.1": false, "64:ff9b::a00:1": false, "2002:a00:1::": false, "ff02::1": false,
	} {
		require.Equal(t, want, staff.Public(netip.MustParseAddr(address)), address)
	}
}

func TestWhereWebhooksMayLead(t *testing.T) {
	own := staff.NewReach("10.1.0.0/16", "fd00:1::/32", "127.0.0.0/8")
	for address, want := range map[string]struct{ without, with error }{
		"https://example.org/hook?a=b":                 {},
		"https://example.org.:8443":                    {},
		"https://93.184.216.34":                        {},
		"https://[2606:4700::1111]/":                   {},
		"https://a1.b2":                                {},
		"https://10.1.2.3/hook":                        {staff.ErrWebhookInside, nil},
		"https://[fd00:1::7]:9":                        {staff.ErrWebhookInside, nil},
		"https://[::ffff:10.1.2.3]":                    {staff.ErrWebhookInside, nil},
		"https://127.0.0.1:9/":                         {staff.ErrWebhookInside, nil},
		"https://127.0.0.1.":                           {staff.ErrWebhookInside, nil},
		"https://LOCALHOST":                            {staff.ErrWebhookInside, nil},
		"https://panel.localhost.":                     {staff.ErrWebhookInside, nil},
		"https://169.254.169.254/latest":               {staff.ErrWebhookInside, staff.ErrWebhookInside},
		"https://10.0.0.1":                             {staff.ErrWebhookInside, staff.ErrWebhookInside},
		"https://[::1]":                                {staff.ErrWebhookInside, staff.ErrWebhookInside},
		"https://100.64.0.1":                           {staff.ErrWebhookInside, staff.ErrWebhookInside},
		"https://[::ffff:169.254.169.254]":             {staff.ErrWebhookInside, staff.ErrWebhookInside},
		"https://[fe80::1%25eth0]":                     {staff.ErrWebhookInside, staff.ErrWebhookInside},
		"https://2130706433":                           {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://0x7f000001":                           {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://0X7F.1":                               {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://0177.0.0.1":                           {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://127.1/":                               {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://169.254.43518":                        {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://１２７.0.0.1":                            {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://example.0x":                           {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://256.1.1.1":                            {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://:443":                                 {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://example.org:0":                        {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://example.org:65536":                    {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://10.1.2.3:99999":                       {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://example.org:65535":                    {},
		"https://example..org":                         {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://.example.org":                         {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://example.org..":                        {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://.":                                    {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://a" + strings.Repeat("b", 63) + ".org": {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://example.org/a\u202eb":                 {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://example.org/?a\u200bb":                {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://exam\u200dple.org":                    {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://exam%E2%80%AEple.org":                 {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://[2606:4700::1%25%E2%80%AE]":           {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://example.org/ñandú?q=%0a":              {},
		"ftp://example.org":                            {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://eva:x@example.org":                    {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"https://" + strings.Repeat("a", 2000):         {staff.ErrWebhookURL, staff.ErrWebhookURL},
		"http://panel.example.org":                     {staff.ErrWebhookURL, nil}, // where it leads is seen when it is dialled
		"http://10.1.2.3":                              {staff.ErrWebhookURL, nil},
		"http://93.184.216.34":                         {staff.ErrWebhookURL, staff.ErrWebhookInside},
	} {
		require.ErrorIs(t, staff.NewReach().Check(address), want.without, address)
		require.ErrorIs(t, own.Check(address), want.with, address)
	}
}

// No address, however it is written, passes unless it may be led to.
func TestNoAddressSlipsThrough(t *testing.T) {
	reach := staff.NewReach("10.1.0.0/16")
	rapid.Check(t, func(t *rapid.T) {
		var four [4]byte
		copy(four[:], rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "bytes"))
		a := netip.AddrFrom4(four)
		mapped := netip.AddrFrom16(a.As16())
		for _, host := range []string{a.String(), "[" + mapped.String() + "]"} {
			err := reach.Check("https://" + host + "/hook")
			require.Equal(t, reach.Admits(a), err == nil, host)
		}
	})
}

func TestKindsCollapse(t *testing.T) {
	require.Equal(t, []staff.AlertKind{staff.Moved, staff.Fault}, staff.Distinct([]staff.AlertKind{staff.Moved, staff.Fault, staff.Moved, staff.Moved}))
	require.Empty(t, staff.Distinct(nil))
}
