package simulator_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/protocol"
	"rodada/simulator"
)

// image is two full packets and a short one.
var image = append(bytes.Repeat([]byte("}\x00\"{"), 512), "end}"...)

func parts() [][]byte {
	var out [][]byte
	for i := 0; i < len(image); i += protocol.MaxPacket {
		out = append(out, image[i:min(i+protocol.MaxPacket, len(image))])
	}
	return out
}

func (o *office) startUpgrade(packets int) {
	o.t.Helper()
	require.Zero(o.t, o.status("12AB", protocol.StartUpgrade, protocol.Args{"packets": packets}))
}

func (o *office) packet(serial int, data []byte) int {
	o.t.Helper()
	m := o.ask("12AB", protocol.SendPacket, protocol.Args{"serial": serial, "data": data})
	answered, _ := m.Int("serial")
	require.Equal(o.t, int64(serial), answered)
	status, _ := m.Status()
	return status
}

func TestUpgrade(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	before, err := o.ask("12AB", protocol.QueryVersion, nil).Version()
	require.NoError(t, err)

	o.startUpgrade(len(parts()))
	require.Equal(t, 2, o.status("12AB", protocol.PowerOn, nil), "upgrading")
	for serial, data := range parts() {
		require.Zero(t, o.packet(serial, data))
		require.Zero(t, o.packet(serial, data), "a repeat is not added twice")
	}
	done, _ := o.await(protocol.UpgradeReport, 1).message.Result()
	require.True(t, done)
	require.Equal(t, image, s.Image())
	require.Equal(t, before.Firmware, s.Snapshot().Firmware, "not before the reboot")

	o.send("12AB", protocol.RebootAfterUpgrade, nil)
	o.eventually(func() bool { return s.Snapshot().Reboots == 1 && s.Connected() }, "back")
	after, err := o.ask("12AB", protocol.QueryVersion, nil).Version()
	require.NoError(t, err)
	require.NotEqual(t, before.Firmware, after.Firmware)
	require.Zero(t, o.status("12AB", protocol.PowerOn, nil))
	require.Len(t, o.from(protocol.UpgradeReport), 1)
	for _, r := range s.Received() {
		require.NotContains(t, r.Command.Args, "data", "images are not kept in the record")
	}
}

func TestUpgradeIsProhibited(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	require.Zero(t, o.status("12AB", protocol.PowerOn, nil))
	require.Equal(t, 1, o.status("12AB", protocol.StartUpgrade, protocol.Args{"packets": 3}), "in use")
	require.Zero(t, o.status("12AB", protocol.PowerOff, nil))
	s.SetBattery(10)
	require.Equal(t, 1, o.status("12AB", protocol.StartUpgrade, protocol.Args{"packets": 3}), "battery low")
	s.SetBattery(90)
	s.Refuse(protocol.StartUpgrade, 1)
	require.Equal(t, 1, o.status("12AB", protocol.StartUpgrade, protocol.Args{"packets": 3}), "told to")
}

func TestPacketsAreRefused(t *testing.T) {
	all := parts()
	for name, c := range map[string]struct {
		setUp  func(*office, *simulator.Scooter)
		serial int
		data   []byte
	}{
		"without a start":        {func(*office, *simulator.Scooter) {}, 0, all[0]},
		"out of order":           {func(o *office, _ *simulator.Scooter) { o.startUpgrade(3) }, 1, all[1]},
		"short before the last":  {func(o *office, _ *simulator.Scooter) { o.startUpgrade(3) }, 0, all[0][:100]},
		"told to":                {func(o *office, s *simulator.Scooter) { o.startUpgrade(3); s.FailPacket(0, 1) }, 0, all[0]},
		"repeated but different": {func(o *office, _ *simulator.Scooter) { o.startUpgrade(3); o.packet(0, all[0]) }, 0, bytes.Repeat([]byte("x"), 1024)},
	} {
		t.Run(name, func(t *testing.T) {
			o := openOffice(t)
			c.setUp(o, o.scooter())
			require.Equal(t, 1, o.packet(c.serial, c.data))
		})
	}
}

func TestAFailedPacketIsSentAgain(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	s.FailPacket(1, 5)
	all := parts()
	o.startUpgrade(len(all))
	require.Zero(t, o.packet(0, all[0]))
	for range 5 {
		require.Equal(t, 1, o.packet(1, all[1]))
	}
	require.Zero(t, o.packet(1, all[1]), "five failures are forgiven")
	require.Zero(t, o.packet(2, all[2]))
	o.await(protocol.UpgradeReport, 1)
	require.Equal(t, image, s.Image())
	require.Zero(t, s.Snapshot().Reboots)
}

func TestMoreThanFiveFailuresReboot(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	s.FailPacket(0, 6)
	o.startUpgrade(3)
	for range 6 {
		require.Equal(t, 1, o.packet(0, parts()[0]))
	}
	o.eventually(func() bool { return s.Snapshot().Reboots == 1 && s.Connected() }, "rebooted")
	require.Equal(t, 1, o.packet(0, parts()[0]), "the upgrade must start anew")
	o.startUpgrade(3)
	require.Zero(t, o.packet(0, parts()[0]))
}

func TestADamagedPacketIsAskedForAgain(t *testing.T) {
	o := openOffice(t)
	o.scooter()
	o.startUpgrade(3)
	o.publish("12AB", protocol.SendPacket, []byte(`{"a":67,"x":0,"I":1024,"d":too short}`))
	done, _ := o.await(protocol.SendPacketAck, 1).message.Result()
	require.False(t, done)
	require.Zero(t, o.packet(0, parts()[0]))
}

func TestABadImageFails(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	s.FailUpgrade()
	o.startUpgrade(1)
	require.Zero(t, o.packet(0, []byte("x")))
	done, meaning := o.await(protocol.UpgradeReport, 1).message.Result()
	require.False(t, done)
	require.Equal(t, "upgrade failed", meaning)
	require.Empty(t, s.Image())
	require.Zero(t, o.status("12AB", protocol.PowerOn, nil), "usable again")
}

// The version of an image that names one is what the scooter reports; an image that does not is told from others all the same.
func TestAnImageNamesItsVersion(t *testing.T) {
	for name, c := range map[string]struct{ image, want string }{
		"named":           {"version 2.0\n\x00\xff", "2.0"},
		"nothing follows": {"version 2.0\n", "2.0"},
		"the longest":     {"version " + strings.Repeat("9", 64) + "\n", strings.Repeat("9", 64)},
		"too long":        {"version " + strings.Repeat("9", 65) + "\n", "sim-"},
		"no end":          {"version 2.0", "sim-"},
		"no version":      {"version two point zero\n", "sim-"},
		"random":          {"\x7fELF", "sim-"},
	} {
		t.Run(name, func(t *testing.T) {
			o := openOffice(t)
			s := o.scooter()
			o.startUpgrade(1)
			require.Zero(t, o.packet(0, []byte(c.image)))
			o.await(protocol.UpgradeReport, 1)
			o.send("12AB", protocol.RebootAfterUpgrade, nil)
			o.eventually(func() bool { return s.Snapshot().Reboots == 1 && s.Connected() }, "back")
			after, err := o.ask("12AB", protocol.QueryVersion, nil).Version()
			require.NoError(t, err)
			if c.want == "sim-" {
				require.Regexp(t, `^sim-[0-9a-f]{8}$`, after.Firmware)
				return
			}
			require.Equal(t, c.want, after.Firmware)
		})
	}
}
