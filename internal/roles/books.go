package roles

import (
	"context"
	"fmt"
	"io"

	"rodada/internal/config"
	"rodada/postgres"
)

// CheckBooks looks whether the ledger keeps its laws and says what does not; that is an error too.
func CheckBooks(ctx context.Context, c config.Config, out io.Writer) error {
	store, err := postgres.Open(ctx, c.Postgres.URL, 1)
	if err != nil {
		return err
	}
	defer store.Close()
	flaws, err := store.CheckBooks(ctx)
	if err != nil {
		return err
	}
	for _, f := range flaws {
		if _, err := fmt.Fprintf(out, "not so: %s: %s\n", f.Law, f.Subject); err != nil {
			return err
		}
	}
	if len(flaws) > 0 {
		return fmt.Errorf("the books break their laws in %d places", len(flaws))
	}
	_, err = fmt.Fprintln(out, "The books are right.")
	return err
}
