package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rodada/domain/listing"
)

// listed is a list of the database: its rows, what it can be sorted by, and the IDs that decide between equals.
type listed struct {
	what       string // for the log
	fields     string
	from       string
	columns    map[string]column
	id, idType string
}

// picked is what narrows a list. A statement has those conditions alone that somebody asked for, so that the database can tell
// which index is the one.
type picked struct {
	conditions []string
	args       []any
}

// where adds a condition, in which each ? is the next of its parameters.
func (p *picked) where(condition string, args ...any) {
	for _, a := range args {
		condition = strings.Replace(condition, "?", p.arg(a), 1)
	}
	p.conditions = append(p.conditions, "("+condition+")")
}

// between picks by a time: from since on and before until, where they are not zero.
func (p *picked) between(at string, since, until time.Time) {
	if !since.IsZero() {
		p.where(at+" >= ?", since)
	}
	if !until.IsZero() {
		p.where(at+" < ?", until)
	}
}

func (p *picked) arg(a any) string {
	p.args = append(p.args, a)
	return fmt.Sprintf("$%d", len(p.args))
}

func (p *picked) String() string {
	if len(p.conditions) == 0 {
		return " "
	}
	return " WHERE " + strings.Join(p.conditions, " AND ") + " "
}

// pageFrom reads one page of what is picked of a list, with one row more when there is a next page, and counts all of it. Each row
// has its place in the order as "place".
func pageFrom[R any](ctx context.Context, s *Store, l listed, p picked, q listing.Query) (rows []R, total int, err error) {
	by, known := l.columns[q.By]
	if !known {
		return nil, 0, listing.ErrSort
	}
	count, counted := `SELECT count(*) `+l.from+p.String(), slices.Clone(p.args)
	direction, than := "", ">"
	if q.Descending {
		direction, than = " DESC", "<"
	}
	if q.After != nil {
		p.where(fmt.Sprintf("(%s, %s) %s (?::text::%s, ?::text::%s)", by.expression, l.id, than, by.kind, l.idType), q.After.Value, q.After.ID)
	}
	page := fmt.Sprintf(`SELECT %s, (%s)::text AS place %s %s ORDER BY %s%s, %s%s LIMIT %s`,
		l.fields, by.expression, l.from, p.String(), by.expression, direction, l.id, direction, p.arg(q.Limit+1))
	err = s.once(ctx, l.what, func(db executor) error {
		rows = nil
		if err := db.GetContext(ctx, &total, count, counted...); err != nil {
			return err
		}
		return orCursor(db.SelectContext(ctx, &rows, page, p.args...))
	})
	return rows, total, err
}
