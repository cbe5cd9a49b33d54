package postgres

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"rodada/domain/staff"
	"rodada/domain/station"
)

// ImportStations brings the stations to what a file tells, known by their short names, all of it or nothing. A dry run keeps
// nothing.
func (s *Store) ImportStations(ctx context.Context, records []station.Record, file string, dry bool) (plan station.Plan, err error) {
	err = s.atomically(ctx, "import stations", func(tx executor) error {
		var rows []stationRow
		if err := tx.SelectContext(ctx, &rows, `SELECT `+stationFields+` FROM stations s ORDER BY s.id FOR UPDATE`); err != nil {
			return err
		}
		known := map[string]station.Station{}
		for _, r := range rows {
			known[station.Fold(r.ShortName)] = r.station()
		}
		plan = station.PlanImport(records, known)
		if len(plan.Errors) > 0 || len(plan.Create)+len(plan.Change) == 0 {
			return nil
		}
		created, changes := make([]string, len(plan.Create)), map[string]any{}
		for i, n := range plan.Create {
			n.ID = uuid.NewString()
			if _, err := insertStation(ctx, tx, n, "imported: "+file); err != nil {
				return err
			}
			created[i] = n.ShortName
		}
		for _, c := range plan.Change {
			if err := updateStation(ctx, tx, c.Before, c.After, "imported: "+file); err != nil {
				return err
			}
			deed := changed(staff.Deed{}, stationFacts(c.Before), stationFacts(c.After))
			changes[c.Before.ShortName] = facts{"before": deed.Before, "after": deed.After}
		}
		if _, err := tx.ExecContext(ctx, `SET CONSTRAINTS ALL IMMEDIATE`); err != nil {
			return err
		}
		if dry {
			return errDry
		}
		return audit(ctx, tx, staff.Deed{Action: "station.import", Subject: file, After: facts{"created": created, "changed": changes}})
	})
	if errors.Is(err, errDry) {
		err = nil
	}
	return plan, err
}
