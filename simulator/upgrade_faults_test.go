package simulator_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/protocol"
)

func TestPowerLossForgetsTheUpgrade(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	s.LosePowerAt(1)
	all := parts()
	o.startUpgrade(len(all))
	require.Zero(t, o.packet(0, all[0]))
	o.send("12AB", protocol.SendPacket, protocol.Args{"serial": 1, "data": all[1]})
	o.eventually(func() bool { return s.Snapshot().Reboots == 1 && s.Connected() }, "back")
	require.Equal(t, 1, o.packet(1, all[1]), "it knows of no upgrade")
	o.startUpgrade(len(all))
	for serial, data := range all {
		require.Zero(t, o.packet(serial, data), "power is lost once")
	}
	o.await(protocol.UpgradeReport, 1)
	require.Equal(t, image, s.Image())
}

func TestLostPackets(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	o.startUpgrade(len(parts()))
	s.LosePackets(1, 0)
	o.send("12AB", protocol.SendPacket, protocol.Args{"serial": 0, "data": parts()[0]})
	o.eventually(func() bool { return s.Count(protocol.SendPacket) == 1 }, "arrived")
	taken, of := s.UpgradeUnderWay()
	require.Equal(t, []int{0, 3}, []int{taken, of})
	s.LosePackets(0, 1)
	o.send("12AB", protocol.SendPacket, protocol.Args{"serial": 0, "data": parts()[0]})
	o.eventually(func() bool { taken, _ := s.UpgradeUnderWay(); return taken == 1 }, "taken, and nobody knows")
	require.Empty(t, o.from(protocol.SendPacketAck))
	s.Behave()
	require.Zero(t, o.packet(0, parts()[0]))
}

func TestItComesBackWithTheOldVersion(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	s.KeepVersion()
	was := s.Snapshot().Firmware
	o.startUpgrade(1)
	require.Zero(t, o.packet(0, []byte("x")))
	o.await(protocol.UpgradeReport, 1)
	o.send("12AB", protocol.RebootAfterUpgrade, nil)
	o.eventually(func() bool { return s.Snapshot().Reboots == 1 && s.Connected() }, "back")
	require.Equal(t, was, s.Snapshot().Firmware)
	s.Behave()
	s.Reboot()
	o.eventually(func() bool { return s.Snapshot().Reboots == 2 }, "again")
	require.Equal(t, was, s.Snapshot().Firmware, "the image is gone")
}

func TestStaleAnswers(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	s.StaleAnswers(1)
	all := parts()
	o.startUpgrade(len(all))
	require.Zero(t, o.packet(0, all[0]))
	o.send("12AB", protocol.SendPacket, protocol.Args{"serial": 1, "data": all[1]})
	o.eventually(func() bool { return len(o.from(protocol.SendPacketAck)) == 3 }, "one answer more than packets")
}

func TestAShareOfThePacketsFails(t *testing.T) {
	o := openOffice(t)
	s := o.scooter()
	s.FailPackets(1)
	o.startUpgrade(3)
	require.Equal(t, 1, o.packet(0, parts()[0]))
	s.Behave()
	require.Zero(t, o.packet(0, parts()[0]))
}
