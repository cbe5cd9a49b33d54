package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/staff"
	"rodada/lease"
	"rodada/postgres"
	"rodada/simulator"
	"rodada/workflows"
)

// upgraded is how many scooters are upgraded at once at the most.
const upgraded = 200

// hangar is scooters that nobody rides, with an image each time for some of them.
type hangar struct {
	w       *world
	store   *postgres.Store
	redis   redis.UniversalClient
	leases  *lease.Store
	fleet   *simulator.Fleet
	model   fleet.Model
	staffID string
	next    int // scooter that was not upgraded yet
}

func hangarPlate(i int) string { return fmt.Sprintf("HANGAR%04d", i) }

// newHangar makes more scooters, which answer at once.
func newHangar(ctx context.Context, w *world, n int) (*hangar, error) {
	h := &hangar{w: w, staffID: uuid.NewString(), redis: redis.NewClient(&redis.Options{Addr: w.config.Redis.Addrs[0]})}
	h.leases = lease.New(h.redis, w.config.Redis.Prefix)
	var err error
	if h.store, err = postgres.Open(ctx, w.config.Postgres.URL, 4); err != nil {
		return nil, err
	}
	err = h.store.CreateStaff(ctx, staff.Member{
		Permissions: []staff.Permission{staff.Admin}, ID: h.staffID, FirstName: "B", LastName: "S", Email: "bench@staff.example",
		PasswordHash: "none", CreatedAt: time.Now(),
	})
	if err != nil {
		return nil, err
	}
	if h.model, err = h.store.CreateModel(ctx, fleet.Model{Name: "Hangar", MaxKmh: 25, RangeMeters: 30_000}); err != nil {
		return nil, err
	}
	var plates []string
	for i := range n {
		plates = append(plates, hangarPlate(i))
		_, err := h.store.CreateScooter(ctx, fleet.Scooter{
			DeviceID: uuid.NewString(), PublicID: uuid.NewString(), QRCode: "h-" + plates[i], Plate: plates[i],
			IMEI: fmt.Sprintf("8622222222%05d", i), Model: h.model, Service: fleet.InService, Hold: fleet.Free, Battery: 90, LimitKmh: 25,
		})
		if err != nil {
			return nil, err
		}
	}
	h.fleet, err = simulator.New(simulator.Options{
		Broker: w.config.MQTT.URL, Plates: plates, Still: true, Remember: 1,
		Interval: simulator.Intervals{Heartbeat: time.Minute, Position: time.Minute, Move: time.Minute, Reboot: 100 * time.Millisecond},
	})
	if err != nil {
		return nil, err
	}
	return h, h.fleet.Start(ctx)
}

func (h *hangar) close() {
	h.fleet.Stop()
	_ = h.store.Close()
	_ = h.redis.Close()
}

// sending is what an upgrade of some scooters took.
type sending struct {
	packets int
	took    time.Duration // from the first one's first packet to the last one's last
	events  int
}

func (s sending) perSecond() float64 { return float64(s.packets) / s.took.Seconds() }

// upgrade gives the next n scooters an image of so many packets.
func (h *hangar) upgrade(ctx context.Context, n, packets int) (sending, error) {
	image := make([]byte, packets*firmware.PacketSize)
	if _, err := rand.Read(image); err != nil {
		return sending{}, err
	}
	sum := sha256.Sum256(image)
	row, err := h.store.CreateImage(ctx, firmware.Image{
		ID: uuid.NewString(), ModelID: h.model.ID, Version: "sim-" + hex.EncodeToString(sum[:4]), Size: len(image),
		SHA256: hex.EncodeToString(sum[:]), Key: "bench", Signature: make([]byte, 64), Downgrade: true,
	}, h.staffID, image)
	if err != nil {
		return sending{}, err
	}
	from := h.next
	h.next += n
	all := sending{packets: n * packets}
	var first, last time.Time
	group, grouped := errgroup.WithContext(ctx)
	for i := from; i < from+n; i++ {
		group.Go(func() error { return h.one(grouped, hangarPlate(i), row) })
	}
	if err := group.Wait(); err != nil {
		return all, err
	}
	for i := from; i < from+n; i++ {
		known, err := h.leases.Progress(ctx, hangarPlate(i))
		p := known[hangarPlate(i)]
		if err != nil || p.Sent != packets {
			return all, fmt.Errorf("%s has %d of %d packets: %w", hangarPlate(i), p.Sent, packets, err)
		}
		if first.IsZero() || p.Since.Before(first) {
			first = p.Since
		}
		if p.At.After(last) {
			last = p.At
		}
	}
	all.took = last.Sub(first)
	all.events, err = h.events(ctx, hangarPlate(from))
	return all, err
}

// one upgrades a scooter and waits for the end.
func (h *hangar) one(ctx context.Context, plate string, image firmware.Image) error {
	id := uuid.NewString()
	_, err := h.store.OpenUpgrade(ctx, firmware.Upgrade{
		ID: id, Plate: plate, ImageID: image.ID, StaffID: h.staffID, Reason: "bench", Downgrade: true,
	})
	if err != nil {
		return err
	}
	run, err := h.w.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: workflows.ScooterID(plate), TaskQueue: workflows.FirmwareQueue(h.w.config.Temporal.TaskQueue),
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
	}, workflows.UpgradeName, workflows.UpgradeInput{
		UpgradeID: id, Plate: plate, ImageID: image.ID, Version: image.Version, Size: image.Size, Downgrade: true,
		Limits: workflows.UpgradeLimits{
			AckWindow: 30 * time.Second, PacketWindow: 5 * time.Second, FinishWindow: 30 * time.Second, RebootWindow: time.Minute,
			SilentAfter: time.Minute, Backoff: time.Second, BackoffMax: time.Minute, Attempts: 3, ParkFor: time.Minute,
		},
	})
	if err != nil {
		return err
	}
	if err := run.Get(ctx, nil); err != nil {
		return err
	}
	u, err := h.store.Upgrade(ctx, id)
	if err == nil && u.State != firmware.Done {
		err = fmt.Errorf("%s: the upgrade %s: %s %s", plate, u.State, u.Trouble, u.Detail)
	}
	return err
}

// events is how long the history of a scooter's upgrade is.
func (h *hangar) events(ctx context.Context, plate string) (n int, err error) {
	all := h.w.temporal.GetWorkflowHistory(ctx, workflows.ScooterID(plate), "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for all.HasNext() {
		if _, err := all.Next(); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
