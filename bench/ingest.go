package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"rodada/broker"
	"rodada/internal/config"
	"rodada/internal/devstack"
)

const (
	ingestMessages = 100_000
	ingestScooters = 1000
	ingestPatience = 3 * time.Minute
)

// consumer is a process that carries messages from Mosquitto to InfluxDB.
type consumer struct {
	name    string
	session string // its client ID
	points  int    // that it makes of a heartbeat and a fix
	command func(ctx context.Context, at devstack.Addresses, dir string) (*exec.Cmd, error)
}

// consumed is what a consumer took for all messages.
type consumed struct {
	cpu     time.Duration
	seconds float64
}

// measureIngest gives the same heartbeats and fixes to each consumer: they wait at the broker, and it is let go.
func measureIngest(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Minute)
	defer cancel()
	dir, err := os.MkdirTemp("", "rodada-bench-ingest-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary := filepath.Join(dir, "rodada")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "rodada").CombinedOutput(); err != nil { //nolint:gosec // our own
		return fmt.Errorf("build rodada: %w: %s", err, out)
	}
	stack, err := devstack.Start(ctx, devstack.Options{
		Only:       []devstack.Service{devstack.Temporal, devstack.Redis, devstack.Influx, devstack.MQTT},
		MQTTBroker: devstack.Mosquitto, Progress: func(line string) { fmt.Println(line) },
	})
	if err != nil {
		return err
	}
	defer stack.Stop()
	fmt.Printf("\n%d heartbeats and fixes of %d scooters from Mosquitto to InfluxDB\n%-34s %22s %14s %10s\n",
		ingestMessages, ingestScooters, "", "CPU s / 100,000", "messages/s", "CPU ratio")
	var telegraf consumed
	for _, c := range []consumer{
		{"Telegraf " + telegrafVersion, "telegraf", 2, telegrafCommand},
		{"decode and write only", "bare", 4, bareCommand},
		{"the bridge with everything on", "rodada-bridge-bench", 4, bridgeCommand(binary)},
	} {
		got, err := c.measure(ctx, stack.Addresses(), dir)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		if c.session == "telegraf" {
			telegraf = got
		}
		fmt.Printf("%-34s %22.2f %14.0f %9.2fx\n", c.name, got.cpu.Seconds()*100_000/ingestMessages,
			ingestMessages/got.seconds, got.cpu.Seconds()/telegraf.cpu.Seconds())
	}
	fmt.Println("aim: 0.5 or less for decoding and writing, 1 or less with everything on")
	return nil
}

// collector is the setting of docker-compose.yml.
const collector = "GOGC=400"

// bridgeCommand is the role as it is deployed, but that nothing is thinned, which would spare it work.
func bridgeCommand(binary string) func(context.Context, devstack.Addresses, string) (*exec.Cmd, error) {
	return func(ctx context.Context, at devstack.Addresses, dir string) (*exec.Cmd, error) {
		cmd := exec.CommandContext(ctx, binary, "bridge")
		cmd.Env = append(config.Environ(map[string]string{
			"TEMPORAL_ADDR": at.Temporal, "REDIS_ADDRS": at.Redis, "MQTT_URL": at.MQTT, "MQTT_USERNAME": at.MQTTUser,
			"MQTT_PASSWORD": at.MQTTPassword, "MQTT_CLIENT_ID": "rodada-bridge-bench", "INFLUX_URL": at.InfluxURL, "INFLUX_BUCKET": at.InfluxBucket,
			"SPOOL_DIR": filepath.Join(dir, "spool"), "LOG_LEVEL": "error", "HISTORY_GPS_EVERY": "0", "HISTORY_SPEED_EVERY": "0",
			"HISTORY_BATTERY_EVERY": "0", "HISTORY_STATUS_EVERY": "0", "HISTORY_SIGNAL_EVERY": "0",
		}), collector)
		return cmd, nil
	}
}

func (c consumer) measure(ctx context.Context, at devstack.Addresses, dir string) (got consumed, err error) {
	cmd, err := c.command(ctx, at, dir)
	if err != nil {
		return got, err
	}
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Start(); err != nil {
		return got, err
	}
	defer func() {
		err = errors.Join(err, cmd.Process.Signal(syscall.SIGTERM))
		_ = cmd.Wait() // Telegraf says that it was told to end
	}()
	scooters, err := broker.Connect(ctx, broker.Options{URL: at.MQTT, Username: at.MQTTUser, Password: at.MQTTPassword})
	if err != nil {
		return got, err
	}
	defer scooters.Close()
	before, err := c.awaken(ctx, at, scooters)
	if err != nil {
		return got, err
	}
	if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		return got, err
	}
	err = publish(ctx, scooters, ingestMessages)
	idle, err2 := cpuOf(cmd.Process.Pid)
	began := time.Now()
	if err := errors.Join(err, err2, cmd.Process.Signal(syscall.SIGCONT)); err != nil {
		return got, err
	}
	ended, err := awaitPoints(ctx, at, before+ingestMessages/2*c.points)
	if err != nil {
		return got, err
	}
	<-time.After(2 * time.Second) // the last acknowledgements, and whatever else is due
	cpu, err := cpuOf(cmd.Process.Pid)
	return consumed{cpu: cpu - idle, seconds: ended.Sub(began).Seconds()}, err
}

// awaken gives the consumer one message at a time until it writes.
func (c consumer) awaken(ctx context.Context, at devstack.Addresses, scooters *broker.Conn) (points int, err error) {
	began, err := written(ctx, at)
	if err != nil {
		return 0, err
	}
	for range 100 {
		if err := publish(ctx, scooters, 2); err != nil {
			return 0, err
		}
		<-time.After(500 * time.Millisecond)
		if points, err = written(ctx, at); err != nil || points > began {
			<-time.After(3 * time.Second) // the rest of them
			return written(ctx, at)
		}
	}
	return 0, fmt.Errorf("%s writes nothing", c.session)
}

var ingestClock = time.Now().Add(-20 * time.Hour).Unix()

// publish is n messages, every other one a heartbeat; each fix has a time of its own.
func publish(ctx context.Context, scooters *broker.Conn, n int) error {
	ingestClock += int64(n/ingestScooters) + 1
	group, ctx := errgroup.WithContext(ctx)
	const atOnce = 64
	for who := range atOnce {
		group.Go(func() error {
			for i := who; i < n; i += atOnce {
				plate := fmt.Sprintf("SC%04d", i/2%ingestScooters)
				frame := fmt.Sprintf(`{"a":27,"i":"%s","b":%d,"c":0,"s":0,"r":41.%d,"v":25}`, plate, i%100, i%10)
				if i%2 == 1 {
					frame = fmt.Sprintf(`{"a":19,"i":"%s","g":"3020.%04d,12006.%04d,0,0","t":%d}`, plate, i%100, i/7%100, ingestClock+int64(i/ingestScooters))
				}
				if err := scooters.Publish(ctx, "bike", 1, []byte(frame)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// awaitPoints returns when so many points were written.
func awaitPoints(ctx context.Context, at devstack.Addresses, want int) (time.Time, error) {
	deadline := time.Now().Add(ingestPatience)
	for {
		got, err := written(ctx, at)
		if err != nil || got >= want {
			return time.Now(), err
		}
		if time.Now().After(deadline) {
			return time.Time{}, fmt.Errorf("%d of %d points were written", got, want)
		}
		<-time.After(100 * time.Millisecond)
	}
}

// written is how many points InfluxDB took since it began.
func written(ctx context.Context, at devstack.Addresses) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.InfluxURL+"/debug/vars", nil)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	var vars map[string]json.RawMessage
	if err := json.NewDecoder(resp.Body).Decode(&vars); err != nil {
		return 0, err
	}
	for name, raw := range vars {
		if strings.HasPrefix(name, "httpd:") {
			var httpd struct {
				Values struct{ PointsWrittenOK int }
			}
			err := json.Unmarshal(raw, &httpd)
			return httpd.Values.PointsWrittenOK, err
		}
	}
	return 0, errors.New("InfluxDB says nothing of points")
}

// cpuOf is what a process has taken so far, to the hundredth of a second.
func cpuOf(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("takes Linux: %w", err)
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	ticks := 0
	for _, field := range fields[11:13] { // user and system
		n, err := strconv.Atoi(field)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil
}
