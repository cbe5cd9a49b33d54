package e2e_test

import (
	"bytes"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/internal/devstack"
	"rodada/internal/testkit"
	"rodada/protocol"
	"rodada/workflows"
)

// slowly makes an upgrade last long enough to do something to it.
func slowly(b *box) { b.Slow(15 * time.Millisecond) }

// impatient sends a packet again soon, where many are lost.
func impatient(in *workflows.UpgradeInput) { in.Limits.PacketWindow = 200 * time.Millisecond }

// Whatever is wrong with the way or the box, the box has the image in the end, byte for byte.
func TestUpgradeOverABadWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, c := range map[string]struct {
		faults  func(b *box)
		packets int
		attempt int // 0: any
	}{
		"no faults":              {func(*box) {}, 300, 1},
		"one short packet":       {func(*box) {}, 1, 1},
		"a fifth of all is lost": {func(b *box) { b.LosePackets(.2, .2) }, 60, 1},
		"a tenth fails":          {func(b *box) { b.FailPackets(.1) }, 300, 1},
		"duplicates":             {func(b *box) { b.Duplicate(2) }, 200, 1},
		"stale answers":          {func(b *box) { b.StaleAnswers(.3) }, 200, 1},
		"power is lost":          {func(b *box) { b.LosePowerAt(150) }, 200, 2},
		"power is lost, thrice":  {func(b *box) { b.LosePowerAt(0); b.LosePowerAt(64); b.LosePowerAt(199) }, 200, 4},
		"69 is lost":             {func(b *box) { b.LoseAck(protocol.UpgradeReport) }, 70, 1},
		"all of it": {func(b *box) {
			b.LosePackets(.05, .05)
			b.FailPackets(.05)
			b.Duplicate(1)
			b.StaleAnswers(.1)
			b.LosePowerAt(30)
		}, 70, 0},
		"a packet fails too often": {func(b *box) { b.FailPacket(40, 6) }, 70, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := w.box(t)
			c.faults(b)
			row := w.upgrade(t, b, c.packets, impatient).works(t)
			if c.attempt > 0 {
				require.Equal(t, c.attempt, row.Attempt)
			}
			require.Equal(t, c.packets, row.Sent)
		})
	}
}

// kill -9 of the worker and of the bridge in the middle of a chunk: the upgrade goes on with the packet where it was.
func TestKillNineDuringAnUpgrade(t *testing.T) {
	testkit.RequireProgram(t, "mosquitto")
	testkit.RequireProgram(t, "redis-server")
	t.Parallel()
	w := newWorldOn(t, devstack.Mosquitto)
	b := w.box(t)
	slowly(b)
	u := w.upgrade(t, b, 400)
	u.taken(t, 90)
	w.bridge.kill()
	w.bridge.start(t)
	u.taken(t, 150)
	w.worker.kill()
	before, _ := b.UpgradeUnderWay()
	w.worker.start(t)
	u.taken(t, before+1)
	require.LessOrEqual(t, b.Count(protocol.SendPacket), before+20, "it begins where it was")
	row := u.works(t)
	require.Equal(t, 1, row.Attempt)
}

// The broker is restarted, and Redis, which forgets everything, in the middle of a chunk.
func TestServicesRestartedDuringAnUpgrade(t *testing.T) {
	testkit.RequireProgram(t, "mosquitto")
	testkit.RequireProgram(t, "redis-server")
	t.Parallel()
	w := newPrivateWorld(t, devstack.Mosquitto)
	b := w.box(t)
	slowly(b)
	u := w.upgrade(t, b, 400)
	for i, name := range []devstack.Service{devstack.MQTT, devstack.Redis} {
		u.taken(t, 100+100*i)
		require.NoError(t, w.stack.StopService(t.Context(), name))
		require.NoError(t, w.stack.StartService(t.Context(), name))
	}
	row := u.works(t)
	require.Equal(t, 1, row.Attempt)
}

// A worker stands still in the middle of a chunk, somebody else goes on, and then it wakes up. It can't reach Temporal, which would
// tell it to stop; nevertheless it must not send on.
func TestAnOlderSenderIsFencedOff(t *testing.T) {
	testkit.RequireProgram(t, "redis-server")
	t.Parallel()
	way := newWire(t, testkit.Stack(t).Temporal)
	w := newWorld(t)
	w.worker.kill()
	older := newProcess(t, "worker", w.env, set{"TEMPORAL_ADDR": way.at})
	t.Cleanup(older.kill)
	older.start(t)
	b := w.box(t)
	slowly(b)
	u := w.upgrade(t, b, 400, func(in *workflows.UpgradeInput) { in.Limits.SilentAfter = time.Minute })
	u.taken(t, 80)
	require.NoError(t, older.cmd.Process.Signal(syscall.SIGSTOP))
	way.sever() // with it go the polls that would swallow the next try
	w.worker.start(t)
	require.Eventually(t, func() bool { return u.senders(t) == 2 }, 2*patience, tick)
	before, _ := b.UpgradeUnderWay()
	u.taken(t, before+20)
	b.Forget()
	require.NoError(t, older.cmd.Process.Signal(syscall.SIGCONT))
	u.taken(t, before+120)
	extra := 0
	last := int64(-1)
	for _, r := range b.Received() {
		if serial, ok := r.Command.Args["serial"].(int64); ok && r.Command.Code == protocol.SendPacket {
			if serial <= last {
				extra++
			}
			last = serial
		}
	}
	require.LessOrEqual(t, extra, 2, "two send at the same time")
	row := u.works(t)
	require.Equal(t, 1, row.Attempt)
}

// A box that takes no image parks; staff mend it and say retry, or give up.
func TestStaffAndAStuckUpgrade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stuck, given := w.box(t), w.box(t)
	for _, b := range []*box{stuck, given} {
		b.KeepVersion()
	}
	once := func(in *workflows.UpgradeInput) { in.Limits.Attempts = 1 }
	u, v := w.upgrade(t, stuck, 20, once), w.upgrade(t, given, 20, once)
	for _, each := range []*upgrade{u, v} {
		row := each.becomes(t, firmware.Parked)
		require.Equal(t, firmware.TroubleVersion, row.Trouble)
		require.Equal(t, fleet.Upgrading, w.hold(t, each.b))
	}
	stuck.Behave()
	out, err := u.asks(t, workflows.UpdateUpgradeRetry)
	require.NoError(t, err)
	require.Equal(t, firmware.Sending, out.State, "the scooter has answered")
	u.works(t)

	given.Behave()
	out, err = v.asks(t, workflows.UpdateUpgradeAbort)
	require.NoError(t, err)
	require.Equal(t, firmware.Aborted, out.State)
	require.Equal(t, fleet.Free, w.hold(t, given))
	require.NotEqual(t, v.version, given.Snapshot().Firmware)
	p := w.rider(t)
	p.end(t, p.ride(t, given).ID)
}

// Nobody rides a scooter that is upgraded, and nobody upgrades one that is ridden.
func TestUpgradeOrRide(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, p := w.box(t), w.rider(t)
	r := p.ride(t, b)
	_, err := w.store.OpenUpgrade(t.Context(), firmware.Upgrade{Plate: b.plate})
	require.Error(t, err)
	p.end(t, r.ID)
	w.free(t, b)
	u := w.openUpgrade(t, b, 300)
	r = p.ride(t, b)
	_, err = u.start(t)
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	require.ErrorAs(t, err, &started)
	p.end(t, r.ID)
	w.free(t, b)

	slowly(b)
	require.Eventually(t, func() bool { u.run, err = u.start(t); return err == nil }, patience, tick)
	w.held(t, b, fleet.Upgrading)
	_, err = p.app.Rent(t.Context(), key(), b.qr)
	require.Error(t, err)
	require.Equal(t, "scooter_being_upgraded", codeOf(err))
	u.works(t)
	require.True(t, bytes.Equal(u.image, b.Image()))
	b.Behave()
	p.end(t, p.ride(t, b).ID)
}
