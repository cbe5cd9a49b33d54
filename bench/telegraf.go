package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"text/template"

	"rodada/internal/devstack"
)

// Telegraf is built with what it needs here and nothing else.
const (
	telegrafPackage = "github.com/influxdata/telegraf/cmd/telegraf"
	telegrafVersion = "v1.37.2"
	telegrafTags    = "custom,inputs.mqtt_consumer,outputs.influxdb_v2,parsers.json"
)

// telegrafProgram finds Telegraf where it was built before, or builds it.
func telegrafProgram(ctx context.Context) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "rodada", "bin", "telegraf-"+telegrafVersion)
	program := filepath.Join(dir, "telegraf")
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	fmt.Println("Telegraf: building it, once and for some minutes")
	cmd := exec.CommandContext(ctx, "go", "install", "-tags", telegrafTags, telegrafPackage+"@"+telegrafVersion)
	cmd.Env = append(cmd.Environ(), "GOBIN="+dir, "GOFLAGS=", "GOWORK=off")
	cmd.Dir = os.TempDir() // outside of any module
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build Telegraf: %w: %s", err, out)
	}
	return program, nil
}

var telegrafConfig = template.Must(template.New("telegraf.conf").Parse(`
[agent]
  interval = "1s"
  flush_interval = "1s"
  metric_buffer_limit = 500000
  omit_hostname = true

[[inputs.mqtt_consumer]]
  servers = ["{{.MQTT}}"]
  topics = ["bike"]
  qos = 1
  username = "{{.MQTTUser}}"
  password = "{{.MQTTPassword}}"
  client_id = "telegraf"
  persistent_session = true
  topic_tag = ""
  data_format = "json"
  tag_keys = ["i"]
  json_string_fields = ["g"]

[[outputs.influxdb_v2]]
  urls = ["{{.InfluxURL}}"]
  token = "t"
  organization = "o"
  bucket = "{{.InfluxBucket}}"
`))

func telegrafCommand(ctx context.Context, at devstack.Addresses, dir string) (*exec.Cmd, error) {
	program, err := telegrafProgram(ctx)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "telegraf.conf")
	f, err := os.Create(file) //nolint:gosec // our own folder
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := telegrafConfig.Execute(f, at); err != nil {
		return nil, err
	}
	return exec.CommandContext(ctx, program, "--quiet", "--config", file), nil //nolint:gosec // built by us
}
