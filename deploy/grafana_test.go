package deploy_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/VictoriaMetrics/metricsql"
	influxdb2 "github.com/influxdata/influxdb-client-go/v2"
	"github.com/stretchr/testify/require"

	"rodada/internal/testkit"
	"rodada/telemetry/history"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// dashboard is what a test needs to know of one.
type dashboard struct {
	UID    string
	Title  string
	Panels []struct {
		ID         int
		Title      string
		Datasource struct{ Type, UID string }
		Targets    []struct {
			Datasource struct{ Type, UID string }
			Query      string
			Expr       string
		}
	}
	Templating struct {
		List []struct {
			Name       string
			Query      string
			Datasource struct{ UID string }
		}
	}
}

func dashboards(t *testing.T) map[string]dashboard {
	t.Helper()
	files, err := filepath.Glob("grafana/dashboards/*.json")
	require.NoError(t, err)
	found := map[string]dashboard{}
	for _, file := range files {
		var d dashboard
		require.NoError(t, json.Unmarshal([]byte(read(t, filepath.Join("deploy", file))), &d), file)
		found[filepath.Base(file)] = d
	}
	require.Len(t, found, 3)
	return found
}

// interpolated is a Flux query as Grafana sends it.
func interpolated(query, bucket, plate string, from, to time.Time) string {
	plain := func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
	return strings.NewReplacer(
		"v.defaultBucket", fmt.Sprintf("%q", bucket), "v.timeRangeStart", plain(from), "v.timeRangeStop", plain(to),
		"v.windowPeriod", "60000ms", "${plate:json}", fmt.Sprintf("%q", plate),
	).Replace(query)
}

// furnish puts points of every series and every flaw into a bucket of the real InfluxDB.
func furnish(t *testing.T, at, bucket string, from time.Time) {
	t.Helper()
	var lines []byte
	for minute := range 10 {
		for i, plate := range []string{"A1", `B"2`} {
			when := from.Add(time.Duration(minute)*time.Minute + time.Second)
			r := history.Reading{
				Plate: plate, At: when, Received: when.Add(time.Second), Source: "gps", Kmh: minute, TripKm: 3, Limit: 25, Percent: 80 - minute,
				Volts: 41.5, Powered: i == 0, Fallen: i == 1, Fault: i, Level: -70,
				Parts: history.PartPosition | history.PartSpeed | history.PartTrip | history.PartLimit | history.PartPercent | history.PartVolts | history.PartPowered |
					history.PartFallen | history.PartFault | history.PartAlarm | history.PartSignal,
			}
			r.Position.Lat, r.Position.Lng = 40.4, -3.7
			lines = r.Append(lines)
			r.At, r.Flaw, r.Parts = when.Add(-time.Second), "jump", history.PartPosition
			lines = r.Append(lines)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at+"/api/v2/write?org=rodada&bucket="+url.QueryEscape(bucket), strings.NewReader(string(lines)))
	require.NoError(t, err)
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusNoContent, resp.StatusCode)
}

// Every Flux query of every dashboard runs on the real InfluxDB and shows something of a history that holds every series.
func TestEveryFluxQueryShowsSomething(t *testing.T) {
	at, bucket := testkit.Influx(t)
	from := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	if now := time.Now(); now.Before(from) {
		from = now.Add(-time.Hour)
	}
	furnish(t, at, bucket, from)
	client := influxdb2.NewClientWithOptions(at, "any", influxdb2.DefaultOptions().SetHTTPClient(&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}))
	defer client.Close()
	rows := func(t *testing.T, query, plate string) (n int) {
		t.Helper()
		result, err := client.QueryAPI("rodada").Query(t.Context(), interpolated(query, bucket, plate, from, from.Add(time.Hour)))
		require.NoError(t, err, query)
		defer result.Close()
		for result.Next() {
			n++
		}
		require.NoError(t, result.Err(), query)
		return n
	}
	ran, seen := 0, map[string]bool{}
	for name, d := range dashboards(t) {
		for _, p := range d.Panels {
			for _, target := range p.Targets {
				if target.Query == "" {
					continue
				}
				t.Run(fmt.Sprintf("%s/%s", name, p.Title), func(t *testing.T) {
					require.Equal(t, "telemetry", target.Datasource.UID)
					require.NotRegexp(t, `\$\{?\w+\}?[^:\w}]`, strings.ReplaceAll(target.Query, "${plate:json}", ""), "an escaped variable, or none")
					require.Positive(t, rows(t, target.Query, "A1"))
					if strings.Contains(target.Query, "${plate:json}") {
						require.Positive(t, rows(t, target.Query, `B"2`), "a plate is a text, whatever is in it")
						require.Zero(t, rows(t, target.Query, "NOBODY"))
					}
				})
				ran++
				for _, m := range []string{history.GPS, history.Speed, history.Battery, history.Status, history.Signal} {
					seen[m] = seen[m] || strings.Contains(target.Query, `"`+m+`"`)
				}
			}
		}
		for _, v := range d.Templating.List {
			require.Equal(t, "telemetry", v.Datasource.UID)
			require.Equal(t, 2, rows(t, v.Query, ""), "%s: the plates", v.Name)
		}
	}
	require.Greater(t, ran, 20)
	require.Len(t, seen, 5)
	require.NotContains(t, slices.Collect(maps.Values(seen)), false, "every series is shown somewhere: %v", seen)
}

// Every expression of Prometheus can be read, and asks for what the roles show: docs/metrics.md, which another test holds
// against them.
func TestEveryExpressionAsksForWhatIsShown(t *testing.T) {
	documented, labels := map[string]string{}, map[string][]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(rodada_[a-z_]+)` \\| (counter|gauge|histogram) \\|([a-z, ]*)\\|").FindAllStringSubmatch(read(t, "docs/metrics.md"), -1) {
		documented[row[1]], labels[row[1]] = row[2], strings.Split(strings.TrimSpace(row[3]), ", ")
	}
	// What says no more than another that is shown.
	unshown := []string{"rodada_bridge_heard_total", "rodada_bridge_points_total"}
	libraries := []string{"process_cpu_seconds_total", "process_resident_memory_bytes", "go_memstats_heap_inuse_bytes"}
	ran, shown := 0, map[string]bool{}
	for name, d := range dashboards(t) {
		for _, p := range d.Panels {
			for _, target := range p.Targets {
				if target.Expr == "" {
					continue
				}
				ran++
				require.Equal(t, "metrics", target.Datasource.UID, p.Title)
				expr, err := metricsql.Parse(strings.ReplaceAll(target.Expr, "$__rate_interval", "1m"))
				require.NoError(t, err, "%s: %s", name, target.Expr)
				asked := 0
				var has []string // of labels; what is inside comes first
				metricsql.VisitAll(expr, func(e metricsql.Expr) {
					if by, is := e.(*metricsql.AggrFuncExpr); is {
						require.Subset(t, append(has, "le"), by.Modifier.Args, target.Expr)
					}
					m, is := e.(*metricsql.MetricExpr)
					if !is {
						return
					}
					asked++
					for _, filters := range m.LabelFilterss {
						require.Equal(t, "__name__", filters[0].Label)
						metric := filters[0].Value
						base, bucketed := strings.CutSuffix(metric, "_bucket")
						shown[base], has = true, append(has, labels[base]...)
						known := documented[metric] == "counter" || documented[metric] == "gauge" || bucketed && documented[base] == "histogram"
						require.True(t, known || slices.Contains(libraries, metric), "%s: nobody shows %s", target.Expr, metric)
					}
				})
				require.Positive(t, asked, target.Expr)
			}
		}
	}
	require.Greater(t, ran, 20)
	for metric := range documented {
		if of, _, _ := strings.Cut(strings.TrimPrefix(metric, "rodada_"), "_"); slices.Contains([]string{"bridge", "spool", "history", "poll"}, of) {
			require.True(t, shown[metric] || slices.Contains(unshown, metric), "no dashboard shows %s", metric)
		}
	}
}

func TestDashboardsAreProvisioned(t *testing.T) {
	grafana, err := load(t, nil).GetService("grafana")
	require.NoError(t, err)
	mounted := map[string]string{}
	for _, v := range grafana.Volumes {
		mounted[v.Target] = filepath.Base(v.Source)
	}
	uids := map[string]bool{}
	for name, d := range dashboards(t) {
		require.Equal(t, name, mounted["/etc/grafana/dashboards/"+name])
		require.NotEmpty(t, d.Title)
		require.False(t, uids[d.UID], "two dashboards are %s", d.UID)
		uids[d.UID] = true
		ids := map[int]bool{}
		for _, p := range d.Panels {
			require.False(t, ids[p.ID], "%s: two panels are %d", name, p.ID)
			ids[p.ID] = true
			require.Contains(t, read(t, "deploy/grafana/datasources.yaml"), "uid: "+p.Datasource.UID+"\n")
		}
	}
	require.Equal(t, "dashboards.yaml", mounted["/etc/grafana/provisioning/dashboards/rodada.yaml"])
	require.Contains(t, read(t, "deploy/grafana/dashboards.yaml"), "path: /etc/grafana/dashboards\n")
}

// Prometheus asks each role where it listens.
func TestPrometheusAsksWhereRolesListen(t *testing.T) {
	text := read(t, "deploy/prometheus/prometheus.yml")
	for name, s := range roles(t, load(t, nil)) {
		if s.HealthCheck == nil {
			continue
		}
		at, err := url.Parse(s.HealthCheck.Test[3])
		require.NoError(t, err)
		require.Contains(t, text, fmt.Sprintf("job_name: %s\n    static_configs: [{targets: [\"%s:%s\"]}]", name, name, at.Port()))
	}
}
