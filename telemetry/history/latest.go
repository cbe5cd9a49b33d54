package history

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"

	"rodada/domain/series"
)

// Said is the last value of a field that a scooter said.
type Said struct {
	Plate string
	Field string
	At    time.Time
	Value any
}

// Latest is the last value of each field of a measurement, of every scooter that said one since a time: one question, whose
// answer is read while it comes.
func (r *Reader) Latest(ctx context.Context, measurement string, since time.Time) iter.Seq2[Said, error] {
	return func(yield func(Said, error) bool) {
		from, err := quoted(r.bucket)
		if err != nil {
			yield(Said{}, err)
			return
		}
		flux := fmt.Sprintf(`from(bucket: %s)
  |> range(start: %s)
  |> filter(fn: (r) => r._measurement == "%s")
  |> last()
  |> keep(columns: ["_time", "_value", "_field", "plate"])
  |> group(columns: ["_field"])`, from, instant(since), measurement)
		for row, err := range r.rows(ctx, flux, fleetPatience) {
			if !yield(Said{Plate: row.plate, Field: row.field, At: row.at, Value: row.value}, err) || err != nil {
				return
			}
		}
	}
}

// soundAtOnce bounds how many scooters one question about sound positions is about: their points are read one by one.
const soundAtOnce = 50

// LatestSound is the last sound position of each of some scooters since a time; one that had none is not in it.
func (r *Reader) LatestSound(ctx context.Context, plates []string, since time.Time) (map[string]series.Place, error) {
	found := make(map[string]series.Place, len(plates))
	for len(plates) > 0 {
		some := plates[:min(soundAtOnce, len(plates))]
		plates = plates[len(some):]
		flux, err := soundQuery(r.bucket, some, since)
		if err != nil {
			return nil, err
		}
		for row, err := range r.rows(ctx, flux, fleetPatience) {
			if err != nil {
				return nil, err
			}
			found[row.plate] = placeOf(row)
		}
	}
	return found, nil
}

func soundQuery(bucket string, plates []string, since time.Time) (string, error) {
	from, err := quoted(bucket)
	if err != nil {
		return "", err
	}
	texts := make([]string, len(plates))
	for i, plate := range plates {
		if texts[i], err = quotedPlate(plate); err != nil {
			return "", err
		}
	}
	return strings.Join([]string{
		"from(bucket: " + from + ")",
		"range(start: " + instant(since) + ")",
		`filter(fn: (r) => r._measurement == "` + GPS + `" and ` + anyOf(Plate, texts) + ")",
		`pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")`,
		"filter(fn: (r) => r.valid)",
		`last(column: "` + Lat + `")`,
	}, "\n  |> "), nil
}
