package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"rodada/domain/listing"
	"rodada/domain/rental"
	"rodada/domain/zone"
)

// rentalsList is the rentals, as staff see them.
var rentalsList = listed{
	what: "list rentals", fields: rentalFields, from: `FROM rentals r`,
	columns: map[string]column{
		"created": {"r.created_at", "timestamptz"},
		"amount":  {"coalesce((r.bill #>> '{total,amount}')::bigint, 0)", "bigint"},
	},
	id: "r.id", idType: "uuid",
}

// settledRentals says which rentals r stand so.
var settledRentals = map[rental.Settled]string{
	rental.Due: `r.outcome = 'ended' AND NOT EXISTS (
		SELECT FROM ledger_transactions t WHERE t.rental_id = r.id AND t.kind IN ('ride', 'void'))`,
	rental.Charged:  `EXISTS (SELECT FROM ledger_transactions t WHERE t.rental_id = r.id AND t.kind = 'ride')`,
	rental.Refunded: `EXISTS (SELECT FROM ledger_transactions t WHERE t.rental_id = r.id AND t.kind = 'refund')`,
	rental.Waived:   `EXISTS (SELECT FROM ledger_transactions t WHERE t.rental_id = r.id AND t.kind = 'void')`,
}

// StaffRentals is one page of the rentals that a filter picks, each with its place in the order, and with one more when there is a
// next page; and how many it picks in all. It refuses with zone.ErrUnknown, zone.ErrNoArea.
func (s *Store) StaffRentals(ctx context.Context, f rental.Filter, q listing.Query) (list []rental.Rental, places []listing.Place, total int, err error) {
	p, err := s.pickRentals(ctx, f)
	if err != nil {
		return nil, nil, 0, err
	}
	type row struct {
		rentalRow
		Place string `db:"place"`
	}
	rows, total, err := pageFrom[row](ctx, s, rentalsList, p, q)
	if err != nil {
		return nil, nil, 0, err
	}
	for _, each := range rows {
		r, err := each.rental()
		if err != nil {
			return nil, nil, 0, err
		}
		list, places = append(list, r), append(places, listing.Place{Value: each.Place, ID: each.ID})
	}
	return list, places, total, nil
}

func (s *Store) pickRentals(ctx context.Context, f rental.Filter) (p picked, err error) {
	if f.RiderID != "" {
		p.where(`r.rider_id = ?`, f.RiderID)
	}
	if f.Plate != "" {
		p.where(`r.plate = ?`, f.Plate)
	}
	if len(f.States) > 0 {
		p.where(`coalesce(nullif(r.outcome, ''), r.state) = ANY(?)`, f.States)
		if !slices.Contains(f.States, string(rental.Ridden)) && !slices.Contains(f.States, string(rental.Voided)) {
			p.where(`r.outcome = ''`) // for which there is an index
		}
	}
	if len(f.Reasons) > 0 {
		p.where(`r.reason = ANY(?)`, texts(f.Reasons))
	}
	if len(f.Models) > 0 {
		p.where(`EXISTS (SELECT FROM scooters s WHERE s.id = r.scooter_id AND s.model_id = ANY(?))`, f.Models)
	}
	var ways []string
	for _, settled := range f.Money {
		ways = append(ways, "("+settledRentals[settled]+")")
	}
	if len(ways) > 0 {
		p.where(strings.Join(ways, " OR "))
	}
	if f.Failed != nil {
		p.where(`EXISTS (SELECT FROM ledger_transactions t WHERE t.rental_id = r.id AND t.kind IN ('void', 'refund') AND t.note = ANY(?)) = ?::boolean`,
			[]string{rental.FailedClaimed, rental.FailedUnmoved}, *f.Failed)
	}
	amount := rentalsList.columns["amount"].expression
	if f.AmountFrom != 0 {
		p.where(amount+` >= ?`, f.AmountFrom)
	}
	if f.AmountBelow != 0 {
		p.where(amount+` < ?`, f.AmountBelow)
	}
	p.between("r.created_at", f.Since, f.Until)
	if f.ZoneID != 0 {
		z, _, err := s.Zone(ctx, f.ZoneID)
		if err != nil {
			return p, err
		}
		return p, p.within("point(r.end_lng, r.end_lat)", z)
	}
	return p, nil
}

// within picks what lies in a zone, by the types of Postgres: on a plane, which at the size of a city is the same.
func (p *picked) within(place string, z zone.Zone) error {
	if z.Everywhere {
		return zone.ErrNoArea
	}
	var shape struct {
		Type        string
		Coordinates json.RawMessage
	}
	if err := json.Unmarshal(z.Geometry, &shape); err != nil {
		return err
	}
	var polygons [][][][]float64
	if shape.Type == "Polygon" {
		shape.Coordinates = fmt.Appendf(nil, "[%s]", shape.Coordinates)
	}
	if err := json.Unmarshal(shape.Coordinates, &polygons); err != nil {
		return err
	}
	var parts []string
	var args []any
	for _, rings := range polygons {
		for i, ring := range rings {
			part := "?::polygon @> " + place
			if i > 0 {
				part = parts[len(parts)-1] + " AND NOT " + part
				parts = parts[:len(parts)-1]
			}
			parts, args = append(parts, part), append(args, corners(ring))
		}
	}
	p.where(strings.Join(parts, " OR "), args...)
	return nil
}

// corners is a ring as Postgres writes a polygon.
func corners(ring [][]float64) string {
	var text strings.Builder
	for i, at := range ring {
		if i > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, "(%g,%g)", at[0], at[1])
	}
	return "(" + text.String() + ")"
}
