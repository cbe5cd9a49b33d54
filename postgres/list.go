package postgres

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"rodada/domain/listing"
)

// column is what a list can be sorted by: an expression that is never null, and its type.
type column struct{ expression, kind string }

// page is the part of a statement that makes one page of a list whose rows have an ID.
type page struct {
	place  string // the row's place in the order, as text
	beyond string // whether a row comes after the page before
	order  string
	limit  int
}

// pageOf writes the part for a query. The place of the row before and its ID are the parameters with the numbers first and
// first+1, both null for the first page. idType is the type of the ID.
func pageOf(q listing.Query, columns map[string]column, id, idType string, first int) (page, error) {
	by, known := columns[q.By]
	if !known {
		return page{}, listing.ErrSort
	}
	direction, than := "", ">"
	if q.Descending {
		direction, than = " DESC", "<"
	}
	return page{
		place: fmt.Sprintf("(%s)::text", by.expression),
		beyond: fmt.Sprintf("($%d::text IS NULL OR (%s, %s) %s ($%d::text::%s, $%d::text::%s))",
			first, by.expression, id, than, first, by.kind, first+1, idType),
		order: fmt.Sprintf("ORDER BY %s%s, %s%s", by.expression, direction, id, direction),
		limit: q.Limit + 1,
	}, nil
}

// after is the parameters of pageOf.
func after(q listing.Query) (value, id *string) {
	if q.After == nil {
		return nil, nil
	}
	return &q.After.Value, &q.After.ID
}

// Codes of SQLSTATE for text that is no value of a type: only a cursor can bring it.
var badValues = map[string]bool{"22P02": true, "22003": true, "22007": true, "22008": true}

// orCursor turns the complaint about a made-up cursor into its fault.
func orCursor(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && badValues[pg.Code] {
		return listing.ErrCursor
	}
	return err
}
