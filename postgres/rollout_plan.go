package postgres

import (
	"context"
	"slices"
	"strings"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
)

// makesSense refuses a plan that no rollout may have: firmware.ErrRolloutInvalid, ErrImageUnknown, ErrRetired.
func makesSense(ctx context.Context, tx executor, p firmware.Plan) error {
	if err := p.Check(); err != nil {
		return err
	}
	if err := installable(ctx, tx, p.ImageID); err != nil {
		return err
	}
	return knownIn(ctx, tx, p)
}

// installable refuses an image that no rollout may have.
func installable(ctx context.Context, tx executor, imageID string) error {
	if !isID(imageID) {
		return firmware.ErrImageUnknown
	}
	var retired bool
	err := tx.GetContext(ctx, &retired, `SELECT retired_at IS NOT NULL FROM firmware_images WHERE id = $1`, imageID)
	switch {
	case err != nil:
		return orElse(err, firmware.ErrImageUnknown)
	case retired:
		return firmware.ErrRetired
	}
	return nil
}

// mostUnknown is how many are named that there are not.
const mostUnknown = 10

// knownIn refuses a filter that names scooters or stations that there are not, or scooters of another model, and says which.
func knownIn(ctx context.Context, tx executor, p firmware.Plan) error {
	f := p.Filter
	stations := slices.DeleteFunc(slices.Clone(f.Stations), func(id string) bool { return id == fleet.FreeFloating })
	var flaws []firmware.Flaw
	for _, of := range []struct {
		field string
		what  firmware.FlawKind
		wrong string // of the one that is called n
		named []string
		args  []any
	}{
		{"filter.plates", firmware.FlawPlates, `NOT EXISTS (SELECT FROM scooters WHERE plate = n)`, f.Plates, nil},
		{"filter.plates", firmware.FlawOtherModel, `EXISTS (
			SELECT FROM scooters s JOIN firmware_images i ON i.id = $3 WHERE s.plate = n AND s.model_id <> i.model_id)`, f.Plates, []any{p.ImageID}},
		{"filter.stations", firmware.FlawStations, `NOT EXISTS (SELECT FROM stations WHERE id::text = n)`, stations, nil},
	} {
		if len(of.named) == 0 {
			continue
		}
		var unknown []string
		err := tx.SelectContext(ctx, &unknown, `SELECT n FROM unnest($1::text[]) WITH ORDINALITY AS named(n, i) WHERE `+of.wrong+` ORDER BY i LIMIT $2`,
			append([]any{of.named, mostUnknown}, of.args...)...)
		if err != nil {
			return err
		}
		if len(unknown) > 0 {
			flaws = append(flaws, firmware.Flaw{Field: of.field, What: of.what, Said: strings.Join(unknown, ", ")})
		}
	}
	return firmware.Invalid(flaws...)
}

// pickedTargets are the scooters that a plan's filter picks: of the model, and in use.
const pickedTargets = `
	FROM scooters s JOIN firmware_images i ON i.id = $1
	WHERE s.model_id = i.model_id AND s.service <> 'retired'
		AND ($2::text[] IS NULL OR s.service = ANY($2))
		AND ($3::text[] IS NULL OR coalesce(s.station_id::text, 'none') = ANY($3))
		AND ($4::text[] IS NULL OR s.plate = ANY($4))
		AND ($5::text[] IS NULL OR s.firmware = ANY($5)) `

// matchingTargets are those of them that run another version.
const matchingTargets = pickedTargets + `AND s.firmware <> i.version `

func targetFilter(p firmware.Plan) []any {
	return []any{p.ImageID, texts(p.Filter.Service), texts(p.Filter.Stations), texts(p.Filter.Plates), texts(p.Filter.Versions)}
}

// matching counts the scooters that a plan's filter picks now, and those of them that would get the version.
func matching(ctx context.Context, db executor, p firmware.Plan) (picked, fitting int, err error) {
	var rows []struct {
		Runs     string `db:"firmware"`
		Version  string `db:"version"`
		Scooters int    `db:"scooters"`
	}
	err = db.SelectContext(ctx, &rows, `SELECT s.firmware, i.version, count(*) AS scooters`+pickedTargets+`GROUP BY s.firmware, i.version`, targetFilter(p)...)
	for _, r := range rows {
		picked += r.Scooters
		if r.Runs != r.Version && p.Takes(r.Version, r.Runs) {
			fitting += r.Scooters
		}
	}
	return picked, fitting, err
}
