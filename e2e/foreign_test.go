package e2e_test

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/internal/devstack"
	"rodada/internal/testkit"
)

// seedPlate is the vehicle number of all of the seed's examples. The scooter has another one, for every test needs its own.
const seedPlate = "12AB"

// foreign is a scooter that Rodada's own code has no part in: mosquitto_sub hears for it, mosquitto_pub speaks for it, and
// what it says was written by hand after the seed's text.
type foreign struct {
	plate, qr string
	login     []string // of both programs

	mu      sync.Mutex
	answers map[string][]spoken
	heard   []heard
	failed  error
	echo    string // what it last said on the topic it listens to
}

// spoken is a message of the scooter.
type spoken struct{ topic, qos, payload string }

// heard is a message to the scooter: its bytes, and how it came.
type heard struct{ frame, qos, retained string }

// ack is an answer on bike, as nearly all are.
func ack(payload string) []spoken { return []spoken{{"bike", "0", payload}} }

// newForeignWorld is a world on Mosquitto with the seed's scooter in it, played by Mosquitto's own programs.
func newForeignWorld(t *testing.T, settings ...set) (*world, *foreign) {
	t.Helper()
	for _, program := range []string{"mosquitto", "mosquitto_sub", "mosquitto_pub", "stdbuf"} {
		testkit.RequireProgram(t, program)
	}
	w := newWorldOn(t, devstack.Mosquitto, settings...)
	f := &foreign{plate: w.plates[0], qr: "qr-of-the-seed"}
	w.plates = w.plates[1:]
	_, err := w.store.CreateScooter(t.Context(), fleet.Scooter{
		DeviceID: uuid.NewString(), PublicID: uuid.NewString(), QRCode: f.qr, Plate: f.plate, IMEI: "123456789888888",
		Model: w.fleet.model, Service: fleet.InService, Hold: fleet.Free, Position: home, Battery: 90, LimitKmh: 25,
	})
	require.NoError(t, err)
	host, port, ok := strings.Cut(strings.TrimPrefix(w.at.MQTT, "tcp://"), ":")
	require.True(t, ok)
	f.login = []string{"-h", host, "-p", port, "-u", f.plate, "-P", testkit.ScooterPassword}
	f.listen(t)
	return w, f
}

// listen subscribes to the scooter's topic and returns when the broker has granted that.
func (f *foreign) listen(t *testing.T) {
	t.Helper()
	// Without a parent the program ends by itself.
	args := append([]string{"-oL", "mosquitto_sub"}, f.login...) // or what it says waits for the next message
	args = append(args, "-d", "-i", "scooter-"+f.plate, "-t", f.plate, "-q", "2", "-W", "600", "-F", "heard %q %r %x")
	cmd := exec.Command("stdbuf", args...)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	granted, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		f.hear(t, out, granted)
		_ = cmd.Wait()
	}()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-gone })
	select {
	case <-granted:
	case <-gone:
		t.Fatal("mosquitto_sub is not let in")
	case <-time.After(patience):
		t.Fatal("mosquitto_sub is not subscribed")
	}
}

// hear reads what mosquitto_sub prints, and answers as was written down.
func (f *foreign) hear(t *testing.T, out io.Reader, granted chan struct{}) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "Subscribed") {
			close(granted)
		}
		words := strings.Fields(lines.Text())
		if len(words) != 4 || words[0] != "heard" {
			continue
		}
		frame, err := hex.DecodeString(words[3])
		f.mu.Lock()
		f.failed = errors.Join(f.failed, err)
		if string(frame) == f.echo { // said on its own topic
			f.mu.Unlock()
			continue
		}
		f.heard = append(f.heard, heard{string(frame), words[1], words[2]})
		answers := f.answers[string(frame)]
		f.mu.Unlock()
		for _, a := range answers {
			f.say(t, a)
		}
	}
}

// mine puts the scooter's number in the place of the seed's.
func (f *foreign) mine(text string) string { return strings.ReplaceAll(text, seedPlate, f.plate) }

// say publishes by mosquitto_pub.
func (f *foreign) say(t *testing.T, s spoken) {
	if s.topic == f.plate {
		f.mu.Lock()
		f.echo = s.payload
		f.mu.Unlock()
	}
	cmd := exec.CommandContext(lasting(t), "mosquitto_pub", append(slices.Clone(f.login), "-t", s.topic, "-q", s.qos, "-m", s.payload)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.failed = errors.Join(f.failed, fmt.Errorf("mosquitto_pub %s: %w: %s", s.payload, err, out))
	}
}

// answer says what the scooter answers to a frame, from now on.
func (f *foreign) answer(frame string, with []spoken) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.answers == nil {
		f.answers = map[string][]spoken{}
	}
	f.answers[f.mine(frame)] = nil
	for _, s := range with {
		f.answers[f.mine(frame)] = append(f.answers[f.mine(frame)], spoken{f.mine(s.topic), s.qos, f.mine(s.payload)})
	}
}

// got is what the scooter has heard so far.
func (f *foreign) got(t *testing.T) []heard {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	require.NoError(t, f.failed)
	return slices.Clone(f.heard)
}
