package activities

import (
	"context"
	"sync"
	"time"

	"rodada/domain/firmware"
)

// UpgradeStore keeps upgrades and the images that they install.
type UpgradeStore interface {
	// BeginUpgrade claims an upgrade, and its scooter, for the first run of its workflow; that run may ask again.
	BeginUpgrade(ctx context.Context, id, runID string) (bool, error)
	// TakeOverUpgrade claims one whose run was ended from outside for another; that one may ask again.
	TakeOverUpgrade(ctx context.Context, id, runID, from string) (firmware.Takeover, error)
	AdvanceUpgrade(ctx context.Context, c firmware.Change) error
	ImageBytes(ctx context.Context, imageID string) ([]byte, error)
}

// PacketAcks hear what a scooter answers to packets, from now on until stop. An answer may be missed.
type PacketAcks interface {
	Listen(ctx context.Context, plate string) (acks <-chan firmware.PacketAck, stop func(), err error)
}

// Fences say who may send packets to a scooter, and keep how far that has come.
type Fences interface {
	// EnterSending takes over from everybody with an earlier fence, and returns how far the attempt is; false: there is a
	// later one.
	EnterSending(ctx context.Context, plate string, f firmware.Fence, p firmware.Progress) (firmware.Progress, bool, error)
	// MarkSending stores how far it is; false: there is a later fence.
	MarkSending(ctx context.Context, plate string, f firmware.Fence, p firmware.Progress) (bool, error)
}

// Upgrades installs firmware. (Design, decision 14)
type Upgrades struct {
	Store     UpgradeStore
	Publisher Publisher
	Acks      PacketAcks
	Fences    Fences
	Leases    Leases // for the report that follows the last packet
	Now       func() time.Time

	shelf shelf
}

// BeginUpgrade claims an upgrade for the first run of its workflow.
func (u *Upgrades) BeginUpgrade(ctx context.Context, in ClaimInput) (bool, error) {
	claimed, err := u.Store.BeginUpgrade(ctx, in.ID, in.RunID)
	return claimed, Failure(err)
}

// TakeOverInput asks for an upgrade that another run had.
type TakeOverInput struct {
	ClaimInput
	From string `json:"from"` // that run
}

// TakeOverUpgrade claims an upgrade whose run was ended from outside.
func (u *Upgrades) TakeOverUpgrade(ctx context.Context, in TakeOverInput) (firmware.Takeover, error) {
	took, err := u.Store.TakeOverUpgrade(ctx, in.ID, in.RunID, in.From)
	return took, Failure(err)
}

// AdvanceUpgrade stores a step, once by its number.
func (u *Upgrades) AdvanceUpgrade(ctx context.Context, c firmware.Change) error {
	return Failure(u.Store.AdvanceUpgrade(ctx, c))
}

// shelved is how many images a worker keeps at hand: a rollout has few.
const shelved = 4

// shelf keeps the bytes of the images that were used last; they never change.
type shelf struct {
	mu     sync.Mutex
	images map[string][]byte
	order  []string // the oldest first
}

// image reads an image's bytes once for all scooters that get it.
func (u *Upgrades) image(ctx context.Context, id string) ([]byte, error) {
	u.shelf.mu.Lock()
	defer u.shelf.mu.Unlock() // the others would want the same one
	if bytes, is := u.shelf.images[id]; is {
		return bytes, nil
	}
	bytes, err := u.Store.ImageBytes(ctx, id)
	if err != nil {
		return nil, Failure(err)
	}
	if u.shelf.images == nil {
		u.shelf.images = map[string][]byte{}
	}
	if len(u.shelf.order) == shelved {
		delete(u.shelf.images, u.shelf.order[0])
		u.shelf.order = u.shelf.order[1:]
	}
	u.shelf.images[id] = bytes
	u.shelf.order = append(u.shelf.order, id)
	return bytes, nil
}
