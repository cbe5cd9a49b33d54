package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/internal/client"
	"rodada/simulator"
)

// briskly are the times of upgrades in a story. A box that is silent is meant to be so, however busy the machine is.
var briskly = set{
	"UPGRADE_ACK_WINDOW": "5s", "UPGRADE_PACKET_WINDOW": "1s", "UPGRADE_FINISH_WINDOW": "5s", "UPGRADE_REBOOT_WINDOW": "20s",
	"UPGRADE_SILENT_AFTER": "10s", "UPGRADE_BACKOFF": "300ms", "UPGRADE_BACKOFF_MAX": "2s", "UPGRADE_ATTEMPTS": "1",
	"UPGRADE_MINIMUM_BATTERY": "20", "ROLLOUT_RETRY_AFTER": "1s", "ROLLOUT_LOOK_EVERY": "1s",
}

// workshop is staff who sign firmware with the program and give it to scooters through the API.
type workshop struct {
	*world
	eva    *client.Client
	dir    string
	public string // half of the operator's key
}

// newWorkshop is a world with a workshop.
func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	s := &workshop{dir: t.TempDir()}
	s.public = strings.TrimSpace(s.rodada(t, "firmware", "keygen", "--key", s.file("key.pem"), "--name", "e2e"))
	s.world = newWorld(t, briskly, set{"FIRMWARE_KEYS": s.public})
	s.eva = s.staff(t)
	return s
}

func (s *workshop) file(name string) string { return filepath.Join(s.dir, name) }

// rodada runs the program, and returns what it says.
func (s *workshop) rodada(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), binary, args...).Output()
	require.NoError(t, err, "%v", args)
	return string(out)
}

// image is firmware, which begins with its version.
type image struct {
	ID, Version string
	bytes       []byte
}

// box is a scooter that reads what it runs in the image.
func (s *workshop) box(t *testing.T) *box {
	t.Helper()
	return s.world.box(t, func(o *simulator.Options) {
		o.Version = func(image []byte) string { version, _, _ := bytes.Cut(image, []byte("\n")); return string(version) }
	})
}

// boxes are so many of them.
func (s *workshop) boxes(t *testing.T, n int) []*box {
	t.Helper()
	list := make([]*box, n)
	for i := range list {
		list[i] = s.box(t)
	}
	return list
}

// write makes an image of so many packets, the last one of which is short, and signs it for a model.
func (s *workshop) write(t *testing.T, model, version string, packets int) (content []byte, signature string) {
	t.Helper()
	content = make([]byte, packets*firmware.PacketSize-rand.IntN(firmware.PacketSize-100))
	for i := range content {
		content[i] = byte(rand.Uint32())
	}
	copy(content, version+"\n")
	file := s.file(version)
	require.NoError(t, os.WriteFile(file, content, 0o600))
	s.rodada(t, "firmware", "sign", file, "--key", s.file("key.pem"), "--model", model, "--version", version)
	signed, err := os.ReadFile(file + ".sig")
	require.NoError(t, err)
	return content, strings.TrimSpace(string(signed))
}

// send uploads bytes as an image.
func (s *workshop) send(t *testing.T, version string, content []byte, signature string, downgrade bool) (i image, err error) {
	t.Helper()
	q := url.Values{"model": {strconv.FormatInt(s.fleet.model.ID, 10)}, "version": {version}, "downgrade": {strconv.FormatBool(downgrade)}}
	a, err := s.eva.Send(t.Context(), http.MethodPost, "/admin/v1/firmware?"+q.Encode(), content,
		"Content-Type", "application/octet-stream", "Firmware-Signature", signature)
	require.NoError(t, err)
	err = a.Into(&i)
	i.bytes = content
	return i, err
}

// upload signs and uploads an image.
func (s *workshop) upload(t *testing.T, version string, packets int) image {
	t.Helper()
	content, signature := s.write(t, s.fleet.model.Name, version, packets)
	i, err := s.send(t, version, content, signature, true)
	require.NoError(t, err)
	require.Equal(t, version, i.Version)
	return i
}

// upgraded is an upgrade as the API tells it.
type upgraded struct {
	ID, Plate, Version, From string
	State                    firmware.State
	Trouble                  firmware.Trouble
	Attempt                  int
	Progress                 struct{ Packets, Sent int }
	StartedAt                time.Time  `json:"started_at"`
	ParkedAt                 *time.Time `json:"parked_at"`
	EndedAt                  *time.Time `json:"ended_at"`
}

// give starts an upgrade.
func (s *workshop) give(t *testing.T, b *box, i image) (u upgraded, err error) {
	t.Helper()
	err = s.eva.Call(t.Context(), http.MethodPost, "/admin/v1/scooters/"+b.plate+"/upgrades",
		map[string]any{"image": i.ID, "reason": "A story."}, &u)
	return u, err
}

// begin is give that is not refused.
func (s *workshop) begin(t *testing.T, b *box, i image) upgraded {
	t.Helper()
	u, err := s.give(t, b, i)
	require.NoError(t, err)
	require.Equal(t, b.plate, u.Plate)
	return u
}

func (s *workshop) see(t *testing.T, id string) (u upgraded) {
	t.Helper()
	require.NoError(t, s.eva.Call(t.Context(), http.MethodGet, "/admin/v1/upgrades/"+id, nil, &u))
	return u
}

// becomes waits until an upgrade is in a state, and no longer than until it is over.
func (s *workshop) becomes(t *testing.T, id string, state firmware.State) (u upgraded) {
	t.Helper()
	require.Eventually(t, func() bool { u = s.see(t, id); return u.State == state || u.State.Over() }, 3*patience, 5*tick,
		"the upgrade does not become %s", state)
	require.Equal(t, state, u.State, "%+v", u)
	return u
}

// decide asks for retry, restart or abort.
func (s *workshop) decide(t *testing.T, id, what string) (u upgraded, err error) {
	t.Helper()
	err = s.eva.Call(t.Context(), http.MethodPost, "/admin/v1/upgrades/"+id+"/"+what, map[string]string{"reason": "A story."}, &u)
	return u, err
}

// decided is decide that is not refused.
func (s *workshop) decided(t *testing.T, id, what string) upgraded {
	t.Helper()
	u, err := s.decide(t, id, what)
	require.NoError(t, err, what)
	require.NotEmpty(t, u.ID)
	return u
}

// stream is what the stream of an upgrade told until it ended.
type stream struct {
	events []upgraded
	ended  bool
	err    error
}

// follow reads the stream of an upgrade.
func (s *workshop) follow(ctx context.Context, id string) *errand[stream] {
	return beside(func() (all stream) {
		all.err = s.eva.Stream(ctx, "/admin/v1/upgrades/"+id+"/stream", func(name string, data []byte) error {
			if all.ended = name == "end"; all.ended {
				return nil
			}
			var u upgraded
			err := json.Unmarshal(data, &u)
			all.events = append(all.events, u)
			return err
		})
		return all
	})
}

// runs checks that a scooter has an image, byte for byte, and serves with it.
func (s *workshop) runs(t *testing.T, b *box, i image) {
	t.Helper()
	require.True(t, bytes.Equal(i.bytes, b.Image()), "%s has another image", b.plate)
	require.Equal(t, i.Version, b.Snapshot().Firmware)
	row, err := s.store.ScooterByPlate(lasting(t), b.plate)
	require.NoError(t, err)
	require.Equal(t, []any{i.Version, fleet.Free, fleet.InService}, []any{row.Firmware, row.Hold, row.Service}, b.plate)
}

// sending waits until a box has taken packets and has not all of them.
func (b *box) sending(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool { n, of := b.UpgradeUnderWay(); return n > 0 && n < of }, patience, time.Millisecond,
		"%s gets no packets", b.plate)
}
