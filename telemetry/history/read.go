package history

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"time"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"
	"github.com/influxdata/influxdb-client-go/v2/api"
	"github.com/influxdata/influxdb-client-go/v2/log"

	"rodada/domain/series"
	"rodada/geo"
)

// Access is where the history is and who asks.
type Access struct {
	URL    string
	Token  string
	Org    string
	Bucket string // on 1.8 the database, a slash and the retention policy
	// Patience is how long a reader waits for what somebody asked; it must be well below what he waits himself, or a history that is
	// stuck looks to him as if nobody were there. Default: 8 s.
	Patience time.Duration
	TLS      *tls.Config // for https
}

// transport is a way to InfluxDB of one's own.
func (a Access) transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert,errcheck // it is
	if a.TLS != nil {
		t.TLSClientConfig = a.TLS.Clone()
	}
	return t
}

// fleetPatience is how long a question about all scooters may take, for which nobody waits.
const fleetPatience = time.Minute

// Reader answers from the history. It is safe for concurrent use and connects when it is asked.
type Reader struct {
	client   influxdb2.Client
	query    api.QueryAPI
	bucket   string
	patience time.Duration
}

// Open makes a reader. Close it.
func Open(a Access) *Reader {
	client := dial(a)
	return &Reader{client: client, query: client.QueryAPI(a.Org), bucket: a.Bucket, patience: orDefault(a.Patience, 8*time.Second)}
}

// dial makes a client that says nothing by itself: what fails is an error, which is logged once by whoever gets it.
func dial(a Access) influxdb2.Client {
	log.Log = nil
	return influxdb2.NewClientWithOptions(a.URL, a.Token,
		influxdb2.DefaultOptions().SetHTTPClient(&http.Client{Transport: a.transport(), Timeout: fleetPatience}))
}

// Close lets go of the connections.
func (r *Reader) Close() { r.client.Close() }

// Track is where a scooter was, in the order of time: for each stretch of the span its last report that is sound, or its last.
func (r *Reader) Track(ctx context.Context, plate string, span series.Span) ([]series.Place, error) {
	flux, err := trackQuery(r.bucket, plate, span)
	if err != nil {
		return nil, err
	}
	return r.places(ctx, flux)
}

// places reads the rows of a question about positions. Those of one stretch have the same start.
func (r *Reader) places(ctx context.Context, flux string) ([]series.Place, error) {
	best := map[time.Time]series.Place{}
	for row, err := range r.rows(ctx, flux, r.patience) {
		if err != nil {
			return nil, err
		}
		place := placeOf(row)
		if had, has := best[row.start]; !has || place.Valid && !had.Valid {
			best[row.start] = place
		}
	}
	places := make([]series.Place, 0, len(best))
	for _, p := range best {
		places = append(places, p)
	}
	slices.SortFunc(places, func(a, b series.Place) int { return a.At.Compare(b.At) })
	return places, nil
}

func placeOf(row row) series.Place {
	p := series.Place{
		At: row.at, Position: geo.Point{Lat: number(row.values[Lat]), Lng: number(row.values[Lng])},
		Source: text(row.values[Source]), Valid: row.values[Valid] == true, Flaw: text(row.values[Flaw]),
		Received: row.at,
	}
	if received, said := row.values[Received].(int64); said {
		p.Received = time.Unix(0, received).UTC()
	}
	if device, said := row.values[Device].(int64); said {
		p.Device = time.Unix(0, device).UTC()
	}
	return p
}

// Battery is how full a scooter was.
func (r *Reader) Battery(ctx context.Context, plate string, span series.Span) ([]series.Charge, error) {
	return collect(ctx, r, plate, span, batteryShape, func(at time.Time) series.Charge { return series.Charge{At: at} },
		func(c *series.Charge, field, _ string, value any) {
			switch field {
			case Percent:
				c.Percent = numberOf(value)
			case Volts:
				c.Volts = numberOf(value)
			}
		})
}

// Speed is how fast it went.
func (r *Reader) Speed(ctx context.Context, plate string, span series.Span) ([]series.Pace, error) {
	return collect(ctx, r, plate, span, speedShape, func(at time.Time) series.Pace { return series.Pace{At: at} },
		func(p *series.Pace, field, how string, value any) {
			switch {
			case field == Kmh && how == byMax:
				p.TopKmh = numberOf(value)
			case field == Kmh:
				p.Kmh = numberOf(value)
			case field == Limit:
				p.Limit = said[int64](value)
			case field == TripKm:
				p.TripKm = said[int64](value)
			}
		})
}

// Status is the state that it was in.
func (r *Reader) Status(ctx context.Context, plate string, span series.Span) ([]series.Condition, error) {
	return collect(ctx, r, plate, span, statusShape, func(at time.Time) series.Condition { return series.Condition{At: at} },
		func(c *series.Condition, field, _ string, value any) {
			switch field {
			case Powered:
				c.Powered = said[bool](value)
			case Fallen:
				c.Fallen = said[bool](value)
			case Fault:
				c.Fault = said[int64](value)
			case Alarm:
				c.Alarm = said[bool](value)
			}
		})
}

// Signal is the strength of its radio.
func (r *Reader) Signal(ctx context.Context, plate string, span series.Span) ([]series.Reception, error) {
	return collect(ctx, r, plate, span, signalShape, func(at time.Time) series.Reception { return series.Reception{At: at} },
		func(s *series.Reception, field, _ string, value any) {
			if field == Level {
				s.Level = numberOf(value)
			}
		})
}

// collect asks for a series and joins the fields of each stretch.
func collect[T any](
	ctx context.Context, r *Reader, plate string, span series.Span, s shape, begin func(time.Time) T, set func(*T, string, string, any),
) ([]T, error) {
	flux, err := seriesQuery(r.bucket, plate, span, s)
	if err != nil {
		return nil, err
	}
	by := map[time.Time]*T{}
	var times []time.Time
	for row, err := range r.rows(ctx, flux, r.patience) {
		if err != nil {
			return nil, err
		}
		point, has := by[row.at]
		if !has {
			begun := begin(row.at)
			point = &begun
			by[row.at] = point
			times = append(times, row.at)
		}
		set(point, row.field, row.result, row.value)
	}
	slices.SortFunc(times, time.Time.Compare)
	points := make([]T, len(times))
	for i, at := range times {
		points[i] = *by[at]
	}
	return points, nil
}

// row is one line of an answer.
type row struct {
	result    string // the name of its yield
	at, start time.Time
	plate     string
	field     string
	value     any
	values    map[string]any
}

// rows are the lines of an answer, read while they come. Whatever goes wrong is series.ErrAway, an answer that takes too long too,
// but the caller's own end.
func (r *Reader) rows(ctx context.Context, flux string, patience time.Duration) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		away := func(err error) error {
			return cmp.Or(ctx.Err(), error(series.ErrAway.Because(fmt.Errorf("ask the history: %w", err))))
		}
		asked, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		answer, err := r.query.Query(asked, flux)
		if err != nil {
			yield(row{}, away(err))
			return
		}
		defer func() { _ = answer.Close() }()
		for answer.Next() {
			values := answer.Record().Values()
			at, _ := values["_time"].(time.Time)
			start, _ := values["_start"].(time.Time)
			line := row{
				result: answer.Record().Result(), at: at.UTC(), start: start.UTC(),
				plate: text(values[Plate]), field: text(values["_field"]), value: values["_value"], values: values,
			}
			if !yield(line, nil) {
				return
			}
		}
		if err := answer.Err(); err != nil {
			yield(row{}, away(err))
		}
	}
}

func said[T any](value any) *T {
	if is, ok := value.(T); ok {
		return &is
	}
	return nil
}

func text(value any) string {
	s, _ := value.(string)
	return s
}

func number(value any) float64 {
	f, _ := value.(float64)
	return f
}

// numberOf is a mean or an extreme, which of whole numbers may be whole.
func numberOf(value any) *float64 {
	if n, whole := value.(int64); whole {
		f := float64(n)
		return &f
	}
	return said[float64](value)
}
