package devstack

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"text/template"
)

// InfluxBucket is the bucket, as the v2 API names a 1.8 database and its
// retention policy.
const (
	InfluxBucket   = influxDatabase + "/autogen"
	influxDatabase = "rodada"
)

// influxConfig turns on Flux and v2 queries, takes any number of series, and
// moves the port of the backup service, which nothing here uses, out of the way.
var influxConfig = template.Must(template.New("influxdb.conf").Parse(`reporting-disabled = true
bind-address = "127.0.0.1:0"

[meta]
  dir = "{{.Dir}}/meta"

[data]
  dir = "{{.Dir}}/data"
  wal-dir = "{{.Dir}}/wal"
  index-version = "tsi1"
  query-log-enabled = false
  max-series-per-database = 0
  max-values-per-tag = 0

[monitor]
  store-enabled = false

[http]
  bind-address = "{{.Addr}}"
  flux-enabled = true
  auth-enabled = false
  log-enabled = false
{{- if .TLS.Cert}}
  https-enabled = true
  https-certificate = "{{.TLS.Cert}}"
  https-private-key = "{{.TLS.Key}}"
{{- end}}

[logging]
  level = "warn"
`))

// influxServer is InfluxDB 1.8, which speaks the write and Flux endpoints of 2.x.
type influxServer struct {
	find func(context.Context) (string, error)
	port int
	tls  TLS
	proc process
}

func newInflux(s *Stack, port int) *influxServer {
	i := &influxServer{port: port, tls: s.opt.TLS, proc: s.process(Influx, syscall.SIGTERM)}
	i.find = func(ctx context.Context) (string, error) {
		return influxProgram.find(ctx, s.opt.Cache, s.opt.Progress)
	}
	return i
}

func (i *influxServer) Start(ctx context.Context) error {
	program, err := i.find(ctx)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(i.proc.dir, 0o755); err != nil { //nolint:gosec // holds nothing secret
		return &StateError{Dir: i.proc.dir, Reason: "can't be created", Cause: err}
	}
	config := filepath.Join(i.proc.dir, "influxdb.conf")
	if err := i.configure(config); err != nil {
		return &StateError{Dir: i.proc.dir, Reason: "can't be written", Cause: err}
	}
	i.proc.program, i.proc.args = program, []string{"run", "-config", config}
	return i.proc.start(ctx, i.ready)
}

func (i *influxServer) configure(file string) error {
	var text strings.Builder
	if err := influxConfig.Execute(&text, struct {
		Dir, Addr string
		TLS       TLS
	}{i.proc.dir, i.Addr(), i.tls}); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(text.String()), 0o600)
}

// ready creates the database, which does nothing if it exists.
func (i *influxServer) ready(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, i.url()+"/query?q=CREATE+DATABASE+"+influxDatabase, nil)
	if err != nil {
		return err
	}
	return httpOK(req)
}

func (i *influxServer) url() string {
	if i.tls.used() {
		return "https://" + i.Addr()
	}
	return "http://" + i.Addr()
}

func (i *influxServer) Stop()        { i.proc.stop() }
func (i *influxServer) Kill()        { i.proc.kill() }
func (i *influxServer) Addr() string { return loopback(i.port) }
