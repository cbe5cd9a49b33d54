package postgres

import (
	"context"

	"rodada/domain/listing"
	"rodada/domain/payment"
)

// Payments lists a rider's payments, newest first and at most limit: all, or those before the payment with an ID.
func (s *Store) Payments(ctx context.Context, riderID string, limit int, before string) ([]payment.Payment, error) {
	if !isID(riderID) || before != "" && !isID(before) {
		return nil, nil
	}
	var rows []paymentRow
	err := s.once(ctx, "payments", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, selectPayments+`
			WHERE p.rider_id = $1 AND ($2::uuid IS NULL OR (p.created_at, p.id) < (SELECT b.created_at, b.id FROM payments b WHERE b.id = $2 AND b.rider_id = $1))
			ORDER BY p.created_at DESC, p.id DESC LIMIT $3`, riderID, nullText(before), max(0, limit))
	})
	return paymentsOf(rows), err
}

func paymentsOf(rows []paymentRow) []payment.Payment {
	list := make([]payment.Payment, len(rows))
	for i, r := range rows {
		list[i] = r.payment()
	}
	return list
}

// paymentColumns is what staff sort payments by.
var paymentColumns = map[string]column{
	"created": {"p.created_at", "timestamptz"},
	"amount":  {"p.minor", "bigint"},
	"state":   {"p.state", "text"},
}

const matchingPayments = `
	WHERE ($1::uuid IS NULL OR p.rider_id = $1) AND ($2::text[] IS NULL OR p.state = ANY($2)) AND ($3::text IS NULL OR p.provider = $3)
		AND ($4::text IS NULL OR p.purpose = $4)
		AND p.created_at >= coalesce($5, '-infinity'::timestamptz) AND p.created_at < coalesce($6, 'infinity'::timestamptz)
		AND ($7::bigint IS NULL OR p.minor >= $7) AND ($8::bigint IS NULL OR p.minor <= $8)`

// StaffPayments is one page of the payments that a filter picks, with one more when there is a next page, their places, and how many
// it picks in all.
func (s *Store) StaffPayments(ctx context.Context, f payment.Filter, q listing.Query) (list []payment.Payment, places []string, total int, err error) {
	p, err := pageOf(q, paymentColumns, "p.id", "uuid", 9)
	if err != nil {
		return nil, nil, 0, err
	}
	var rows []struct {
		paymentRow
		Place string `db:"place"`
	}
	value, id := after(q)
	args := []any{
		nullText(f.RiderID), texts(f.States), nullText(f.Provider), nullText(string(f.Purpose)), nullTime(f.Since), nullTime(f.Until),
		nullInt(f.Least), nullInt(f.Most),
	}
	err = s.once(ctx, "list payments", func(db executor) error {
		rows = nil
		if err := db.GetContext(ctx, &total, `SELECT count(*) FROM payments p `+matchingPayments, args...); err != nil {
			return err
		}
		return orCursor(db.SelectContext(ctx, &rows, `
			SELECT p.*, `+p.place+` AS place FROM (`+selectPayments+`) p `+matchingPayments+` AND `+p.beyond+p.order+` LIMIT $11`,
			append(args, value, id, p.limit)...))
	})
	for _, r := range rows {
		list, places = append(list, r.payment()), append(places, r.Place)
	}
	return list, places, total, err
}
