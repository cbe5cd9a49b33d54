package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"rodada/domain/fault"
	"rodada/domain/listing"
)

// Listing is what every list for staff takes, beside its filters.
type Listing struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
	Sort   string `query:"sort" maxLength:"40" example:"-updated" doc:"What to sort by; a - before it turns the order round."`
	Cursor string `query:"cursor" maxLength:"1000" doc:"The next of the page before, with the same filters and the same order."`
}

// Paging is what every list for staff answers, beside its rows.
type Paging struct {
	Total int    `json:"total" doc:"How many rows all pages together have, at the moment."`
	Next  string `json:"next,omitempty" doc:"What to pass as cursor for the following page; absent on the last."`
}

// listFaults are what every list for staff may refuse.
var listFaults = []*fault.Error{listing.ErrSort, listing.ErrCursor}

// sorts is what a list can be sorted by. The first is the order nobody asked for; a - before it turns that one round.
type sorts []string

// describe tells the readers of the document.
func (s sorts) describe() string {
	return "Sorted by " + s[0] + " unless sort says otherwise: " + strings.Join(s.keys(), ", ") + "."
}

func (s sorts) keys() []string {
	keys := slices.Clone(s)
	keys[0] = strings.TrimPrefix(keys[0], "-")
	return keys
}

// cursor is what a client sees as a few letters: where the page before ended, in which order and of which list.
type cursor struct {
	Sort    string `json:"s"`
	Filters []byte `json:"f"`
	Value   string `json:"v"`
	ID      string `json:"i"`
}

// page reads what a request asks for. filters is all that narrows the list: a cursor is good for the same filters alone.
func (l Listing) page(s sorts, filters any) (listing.Query, error) {
	sort := l.Sort
	if sort == "" {
		sort = s[0]
	}
	by, descending := strings.CutPrefix(sort, "-")
	if !slices.Contains(s.keys(), by) {
		return listing.Query{}, listing.ErrSort.With("known", s.keys())
	}
	q := listing.Query{Order: listing.Order{By: by, Descending: descending}, Limit: l.Limit}
	if l.Cursor == "" {
		return q, nil
	}
	var c cursor
	raw, err := base64.RawURLEncoding.DecodeString(l.Cursor)
	if err != nil || json.Unmarshal(raw, &c) != nil || c.ID == "" {
		return listing.Query{}, listing.ErrCursor
	}
	if c.Sort != orderText(q.Order) || string(c.Filters) != string(fingerprint(filters)) {
		return listing.Query{}, listing.ErrCursor
	}
	q.After = &listing.Place{Value: c.Value, ID: c.ID}
	return q, nil
}

// cut takes the page out of rows, of which there may be one more than the page has, and says how the list goes on.
func cut[T any](rows []T, total int, q listing.Query, filters any, place func(T) listing.Place) ([]T, Paging) {
	if len(rows) <= q.Limit {
		return rows, Paging{Total: total}
	}
	rows = rows[:q.Limit]
	last := place(rows[q.Limit-1])
	raw, _ := json.Marshal(cursor{Sort: orderText(q.Order), Filters: fingerprint(filters), Value: last.Value, ID: last.ID}) //nolint:errchkjson // text
	return rows, Paging{Total: total, Next: base64.RawURLEncoding.EncodeToString(raw)}
}

func orderText(o listing.Order) string {
	if o.Descending {
		return "-" + o.By
	}
	return o.By
}

func fingerprint(filters any) []byte {
	raw, _ := json.Marshal(filters) //nolint:errchkjson // filters are text, numbers and switches
	sum := sha256.Sum256(raw)
	return sum[:6]
}
