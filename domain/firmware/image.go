// Package firmware is what scooters' boxes run: images, upgrades of one scooter, and rollouts to many.
package firmware

import (
	"time"

	"rodada/domain/fault"
)

// Image is one firmware image for one model. Its bytes and what is said of them never change.
type Image struct {
	ID           string // UUID
	ModelID      int64
	Model        string // that model's name
	Version      string // as the box reports it once it runs it: f in report 22
	Notes        string
	Size         int    // bytes
	SHA256       string // of the bytes, lower-case hex
	Key          string // name of the operator's key that signed it
	Signature    []byte // Ed25519, over the statement of the image
	Downgrade    bool   // an older version than another image of the model, on purpose
	CreatedAt    time.Time
	CreatedBy    string    // email of who of staff uploaded it
	RetiredAt    time.Time // zero: it may be installed
	RetiredBy    string    // email of who of staff retired it
	RetireReason string
}

// PacketSize is how many bytes a packet carries; only the last one of an image may be shorter. (Seed, phase 1, 23 and 67)
const PacketSize = 1024

// SizeLimit is how many bytes any image may have, whatever an installation allows.
const SizeLimit = 64 << 20

// Packets is how many packets make an image of so many bytes.
func Packets(size int) int { return (size + PacketSize - 1) / PacketSize }

// Packets is how many packets make the image.
func (i Image) Packets() int { return Packets(i.Size) }

// ImageFilter picks images; what is empty picks all.
type ImageFilter struct {
	ModelID int64
	Retired *bool
}

// ErrImageUnknown and ErrRetired are about images that are asked for by their ID.
var (
	ErrImageUnknown = fault.Declare(fault.NotFound, "firmware_unknown", "There is no such firmware image.")
	ErrRetired      = fault.Declare(fault.Conflict, "firmware_retired", "This firmware image was retired.")
)

// Why an image is not taken.
var (
	ErrSize         = fault.Declare(fault.Invalid, "firmware_size", "A firmware image has at least one byte, and no more than is allowed.")
	ErrVersion      = fault.Declare(fault.Invalid, "firmware_version_invalid", "A version has 1 to 64 letters, digits and . _ + - and no blank.")
	ErrVersionTaken = fault.Declare(fault.Conflict, "firmware_version_taken", "This model has an image of this version already, or had one.")
	ErrOlder        = fault.Declare(fault.Conflict, "firmware_older", "The model has a newer image. If you mean it, say downgrade=true.")
)
