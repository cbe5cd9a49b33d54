package roles

import (
	"context"
	"fmt"
	"log/slog"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"

	"rodada/internal/config"
	"rodada/workflows"
)

// Migrate brings the database to the newest schema, tells InfluxDB how long to keep the history and gives Temporal the search
// attributes. It may run at any time, and twice at once.
func Migrate(ctx context.Context, c config.Config, log *slog.Logger) error {
	_, err := patiently(ctx, log, "Postgres", func(ctx context.Context) (struct{}, error) {
		return struct{}{}, migrateBooks(ctx, c.Postgres)
	})
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if err := retainHistory(ctx, c, log, retainPatience); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	temporal, err := dialTemporal(ctx, c, log, nil)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	defer temporal.Close()
	known, err := temporal.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{
		Namespace: c.Temporal.Namespace,
	})
	if err != nil {
		return fmt.Errorf("migrate: list Temporal's search attributes: %w", err)
	}
	missing := map[string]enums.IndexedValueType{}
	for _, name := range workflows.SearchAttributes() {
		if _, has := known.GetCustomAttributes()[name]; !has {
			missing[name] = enums.INDEXED_VALUE_TYPE_KEYWORD
		}
	}
	if len(missing) == 0 {
		return nil
	}
	_, err = temporal.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
		Namespace: c.Temporal.Namespace, SearchAttributes: missing,
	})
	if err != nil {
		return fmt.Errorf("migrate: add Temporal's search attributes: %w", err)
	}
	return nil
}
