package e2e_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	temporal "go.temporal.io/sdk/client"
	sdktemporal "go.temporal.io/sdk/temporal"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/staff"
	"rodada/workflows"
)

// upgrade is one of a scooter of a world.
type upgrade struct {
	w       *world
	b       *box
	id      string
	version string
	image   []byte
	run     temporal.WorkflowRun
}

// upgradeLimits are short enough for a story.
func upgradeLimits() workflows.UpgradeLimits {
	return workflows.UpgradeLimits{
		AckWindow: 2 * time.Second, PacketWindow: 500 * time.Millisecond, FinishWindow: 3 * time.Second, RebootWindow: 20 * time.Second,
		SilentAfter: 5 * time.Second, Backoff: 500 * time.Millisecond, BackoffMax: 2 * time.Second, Attempts: 4, MinimumBattery: 20,
		ParkFor: time.Hour,
	}
}

// upgrade begins to give a scooter an image of so many packets, the last one of which is short.
func (w *world) upgrade(t *testing.T, b *box, packets int, change ...func(*workflows.UpgradeInput)) *upgrade {
	t.Helper()
	u := w.openUpgrade(t, b, packets)
	var err error
	u.run, err = u.start(t, change...)
	require.NoError(t, err)
	return u
}

// openUpgrade writes the image and the upgrade into the books.
func (w *world) openUpgrade(t *testing.T, b *box, packets int) *upgrade {
	t.Helper()
	u := &upgrade{w: w, b: b, id: uuid.NewString(), image: make([]byte, packets*firmware.PacketSize-rand.IntN(firmware.PacketSize))}
	for i := range u.image {
		u.image[i] = byte(rand.Uint32())
	}
	sum := sha256.Sum256(u.image)
	u.version = "sim-" + hex.EncodeToString(sum[:4]) // as the simulated scooter calls it
	staffID := uuid.NewString()
	require.NoError(t, w.store.CreateStaff(t.Context(), staff.Member{
		Permissions: []staff.Permission{staff.Admin}, ID: staffID, FirstName: "Eva", LastName: "Staff", Email: staffID + "@staff.example",
		PasswordHash: "none", CreatedAt: time.Now(),
	}))
	image, err := w.store.CreateImage(t.Context(), firmware.Image{
		ID: uuid.NewString(), ModelID: w.fleet.model.ID, Version: u.version, Size: len(u.image), SHA256: hex.EncodeToString(sum[:]),
		Key: "test", Signature: make([]byte, 64), Downgrade: true,
	}, staffID, u.image)
	require.NoError(t, err)
	row, err := w.store.OpenUpgrade(t.Context(), firmware.Upgrade{
		ID: u.id, Plate: b.plate, ImageID: image.ID, StaffID: staffID, Reason: "e2e", Downgrade: true,
	})
	require.NoError(t, err)
	require.Equal(t, packets, row.Packets)
	return u
}

func (u *upgrade) start(t *testing.T, change ...func(*workflows.UpgradeInput)) (temporal.WorkflowRun, error) {
	t.Helper()
	row, err := u.w.store.Upgrade(t.Context(), u.id)
	require.NoError(t, err)
	in := workflows.UpgradeInput{
		UpgradeID: u.id, Plate: u.b.plate, ImageID: row.ImageID, Version: u.version, Size: len(u.image), Downgrade: true,
		Limits: upgradeLimits(),
	}
	for _, c := range change {
		c(&in)
	}
	return u.w.temporal.ExecuteWorkflow(t.Context(), temporal.StartWorkflowOptions{
		ID: workflows.ScooterID(u.b.plate), TaskQueue: workflows.FirmwareQueue(u.w.queue),
		WorkflowIDConflictPolicy:                 enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		TypedSearchAttributes:                    sdktemporal.NewSearchAttributes(workflows.AttributePlate.ValueSet(u.b.plate)),
	}, workflows.UpgradeName, in)
}

func (u *upgrade) row(t *testing.T) firmware.Upgrade {
	t.Helper()
	row, err := u.w.store.Upgrade(lasting(t), u.id)
	require.NoError(t, err)
	return row
}

// taken waits until the scooter has so many packets.
func (u *upgrade) taken(t *testing.T, packets int) {
	t.Helper()
	require.Eventually(t, func() bool { n, _ := u.b.UpgradeUnderWay(); return n >= packets }, 4*patience, time.Millisecond,
		"%s does not get packet %d", u.b.plate, packets)
}

// senders is how many workers have begun the chunk that is on its way.
func (u *upgrade) senders(t *testing.T) int {
	t.Helper()
	d, err := u.w.temporal.DescribeWorkflowExecution(t.Context(), workflows.ScooterID(u.b.plate), "")
	require.NoError(t, err)
	for _, a := range d.GetPendingActivities() {
		if a.GetState() == enums.PENDING_ACTIVITY_STATE_STARTED {
			return int(a.GetAttempt())
		}
	}
	return 0
}

// becomes waits for a state.
func (u *upgrade) becomes(t *testing.T, state firmware.State) firmware.Upgrade {
	t.Helper()
	var row firmware.Upgrade
	for over := time.After(3 * patience); row.State != state && !row.State.Over(); row = u.row(t) {
		select {
		case <-over:
			require.Fail(t, "it does not become "+string(state), "%+v", row)
		case <-time.After(tick):
		}
	}
	require.Equal(t, state, row.State, "%s: %s", row.Trouble, row.Detail)
	return row
}

// works checks that the upgrade goes well: the scooter has the image, byte for byte, runs it, and is free.
func (u *upgrade) works(t *testing.T) firmware.Upgrade {
	t.Helper()
	row := u.becomes(t, firmware.Done)
	require.True(t, bytes.Equal(u.image, u.b.Image()), "%s has another image", u.b.plate)
	require.Equal(t, u.version, u.b.Snapshot().Firmware)
	require.NoError(t, u.run.Get(lasting(t), nil))
	require.Equal(t, fleet.Free, u.w.hold(t, u.b))
	s, err := u.w.store.ScooterByPlate(lasting(t), u.b.plate)
	require.NoError(t, err)
	require.Equal(t, u.version, s.Firmware)
	require.Equal(t, fleet.InService, s.Service)
	return row
}

// asks sends an update of staff.
func (u *upgrade) asks(t *testing.T, name string) (out workflows.UpgradeOutcome, err error) {
	t.Helper()
	h, err := u.w.temporal.UpdateWorkflow(t.Context(), temporal.UpdateWorkflowOptions{
		WorkflowID: workflows.ScooterID(u.b.plate), UpdateName: name, WaitForStage: temporal.WorkflowUpdateStageCompleted,
		Args: []any{workflows.UpgradeRequest{UpgradeID: u.id, By: "eva", Reason: "e2e"}},
	})
	require.NoError(t, err)
	err = h.Get(t.Context(), &out)
	return out, err
}
