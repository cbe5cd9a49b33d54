package api

import (
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/listing"
)

type filters struct {
	Text string `json:"text"`
}

func TestPageFollowsPage(t *testing.T) {
	keys := sorts{"-updated", "plate"}
	rows := make([]int, 7)
	for i := range rows {
		rows[i] = i
	}
	place := func(n int) listing.Place { return listing.Place{Value: fmt.Sprint(n), ID: fmt.Sprint("id", n)} }
	in := Listing{Limit: 3, Sort: "-plate"}
	var seen []int
	for from := 0; ; from += 3 {
		q, err := in.page(keys, filters{"x"})
		require.NoError(t, err)
		require.Equal(t, listing.Order{By: "plate", Descending: true}, q.Order)
		if from == 0 {
			require.Nil(t, q.After)
		} else {
			require.Equal(t, place(from-1), *q.After)
		}
		page, paging := cut(rows[from:min(from+4, 7)], 7, q, filters{"x"}, place)
		seen = append(seen, page...)
		require.Equal(t, 7, paging.Total)
		if paging.Next == "" {
			break
		}
		in.Cursor = paging.Next
	}
	require.Equal(t, rows, seen)
}

func TestTheOrderThatNobodyAskedFor(t *testing.T) {
	q, err := Listing{Limit: 5}.page(sorts{"-updated", "plate"}, nil)
	require.NoError(t, err)
	require.Equal(t, listing.Query{Order: listing.Order{By: "updated", Descending: true}, Limit: 5}, q)
}

func TestListsThatCanNotBe(t *testing.T) {
	keys := sorts{"plate", "updated"}
	q, err := Listing{Limit: 1}.page(keys, filters{"a"})
	require.NoError(t, err)
	_, paging := cut([]int{1, 2}, 2, q, filters{"a"}, func(int) listing.Place { return listing.Place{Value: "v", ID: "1"} })
	raw := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	for name, c := range map[string]struct {
		in      Listing
		filters any
		want    error
	}{
		"an unknown sort":     {Listing{Sort: "colour"}, nil, listing.ErrSort},
		"turned round twice":  {Listing{Sort: "--plate"}, nil, listing.ErrSort},
		"no base64":           {Listing{Cursor: "%%%"}, nil, listing.ErrCursor},
		"no JSON":             {Listing{Cursor: raw("plate")}, nil, listing.ErrCursor},
		"nothing in it":       {Listing{Cursor: raw("{}")}, nil, listing.ErrCursor},
		"another order":       {Listing{Sort: "-plate", Cursor: paging.Next}, filters{"a"}, listing.ErrCursor},
		"other filters":       {Listing{Cursor: paging.Next}, filters{"b"}, listing.ErrCursor},
		"a list of its own":   {Listing{Cursor: paging.Next}, nil, listing.ErrCursor},
		"the same as it came": {Listing{Cursor: paging.Next}, filters{"a"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.in.page(keys, c.filters)
			require.ErrorIs(t, err, c.want)
		})
	}
}
