package api

import (
	"context"
	"net/http"
	"time"

	"rodada/domain/fault"
	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/domain/staff"
)

// firmwareStore is what images need of the books.
type firmwareStore interface {
	Models(ctx context.Context) ([]fleet.Model, error)
	CreateImage(ctx context.Context, i firmware.Image, by string, bytes []byte) (firmware.Image, error)
	Image(ctx context.Context, id string) (firmware.Image, error)
	Images(ctx context.Context, f firmware.ImageFilter, q listing.Query) (list []firmware.Image, places []listing.Place, total int, err error)
	ImageBytes(ctx context.Context, id string) ([]byte, error)
	RetireImage(ctx context.Context, id, by, reason string) (firmware.Image, error)
}

// images is the firmware that scooters may be given.
type images struct {
	store    firmwareStore
	keys     firmware.Keys
	limit    int           // bytes of an image
	patience time.Duration // for these bytes to come, or to go
}

// wait is how long the bytes of an image may be on their way. The document needs no images behind it.
func (s *images) wait() time.Duration {
	if s == nil {
		return 0
	}
	return s.patience
}

// FirmwareImage is an image as staff see it.
type FirmwareImage struct {
	ID           string     `json:"id" format:"uuid"`
	Model        string     `json:"model"`
	ModelID      int64      `json:"model_id"`
	Version      string     `json:"version" doc:"As the box reports it once it runs it."`
	Notes        string     `json:"notes,omitempty"`
	Size         int        `json:"size" doc:"Bytes."`
	Packets      int        `json:"packets" doc:"Of 1024 bytes."`
	SHA256       string     `json:"sha256" doc:"Of the bytes, in hex."`
	Key          string     `json:"key" doc:"Name of the operator's key that signed it."`
	Signature    []byte     `json:"signature" doc:"Ed25519, of the statement."`
	Statement    string     `json:"statement" doc:"What is signed."`
	Downgrade    bool       `json:"downgrade" doc:"Older than another image of its model, on purpose."`
	CreatedAt    time.Time  `json:"created_at"`
	CreatedBy    string     `json:"created_by"`
	RetiredAt    *time.Time `json:"retired_at,omitempty" doc:"It can't be installed any more."`
	RetiredBy    string     `json:"retired_by,omitempty"`
	RetireReason string     `json:"retire_reason,omitempty"`
}

func showImage(i firmware.Image) FirmwareImage {
	s := firmware.Statement{Model: i.Model, Version: i.Version, Size: i.Size, SHA256: i.SHA256}
	return FirmwareImage{
		ID: i.ID, Model: i.Model, ModelID: i.ModelID, Version: i.Version, Notes: i.Notes, Size: i.Size, Packets: i.Packets(), SHA256: i.SHA256,
		Key: i.Key, Signature: i.Signature, Statement: string(s.Text()), Downgrade: i.Downgrade, CreatedAt: i.CreatedAt.UTC(),
		CreatedBy: i.CreatedBy, RetiredAt: happened(i.RetiredAt), RetiredBy: i.RetiredBy, RetireReason: i.RetireReason,
	}
}

func imageAt(id string) string { return "/admin/v1/firmware/" + id }

type imageOut struct {
	Location string `header:"Location"`
	Body     FirmwareImage
}

// ImageRef is the address of an image.
type ImageRef struct {
	ID string `path:"id" format:"uuid"`
}

// listImages is GET /admin/v1/firmware.
type listImages struct{ *images }

// ImageFilter narrows the list of images.
type ImageFilter struct {
	Model   int64  `query:"model" minimum:"1" doc:"A model's ID."`
	Retired string `query:"retired" enum:"true,false" doc:"Absent: both."`
}

type listImagesIn struct {
	Listing
	ImageFilter
}

type imagesOut struct {
	Body struct {
		Images []FirmwareImage `json:"images"`
		Paging
	}
}

var imageSorts = sorts{"-created", "model", "version"}

func (listImages) Meta() meta {
	return meta{
		ID: "list-firmware", Summary: "The firmware images",
		Description: imageSorts.describe() + " By version is by its letters.", Faults: listFaults,
	}
}

func (e listImages) Execute(ctx context.Context, in *listImagesIn) (*imagesOut, error) {
	q, err := in.page(imageSorts, in.ImageFilter)
	if err != nil {
		return nil, err
	}
	list, places, total, err := e.store.Images(ctx, firmware.ImageFilter{ModelID: in.Model, Retired: choice(in.Retired)}, q)
	if err != nil {
		return nil, err
	}
	out := &imagesOut{}
	places, out.Body.Paging = cut(places, total, q, in.ImageFilter, func(p listing.Place) listing.Place { return p })
	out.Body.Images = make([]FirmwareImage, len(places))
	for i := range places {
		out.Body.Images[i] = showImage(list[i])
	}
	return out, nil
}

// choice is true, false, or nil for neither.
func choice(text string) *bool {
	if text == "" {
		return nil
	}
	yes := text == "true"
	return &yes
}

// getImage is GET /admin/v1/firmware/{id}.
type getImage struct{ *images }

func (getImage) Meta() meta {
	return meta{ID: "get-firmware", Summary: "One firmware image", Faults: []*fault.Error{firmware.ErrImageUnknown}}
}

func (e getImage) Execute(ctx context.Context, in *ImageRef) (*imageOut, error) {
	i, err := e.store.Image(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &imageOut{Body: showImage(i)}, nil
}

// imageBytes is GET /admin/v1/firmware/{id}/image.
type imageBytes struct{ *images }

func (e imageBytes) Meta() meta {
	return meta{
		ID: "firmware-bytes", Patience: e.wait(), Summary: "The bytes of a firmware image", Needs: staff.Firmware, Files: []string{typeBinary},
		Description: "Byte for byte as they were uploaded.", Faults: []*fault.Error{firmware.ErrImageUnknown},
	}
}

func (e imageBytes) Execute(ctx context.Context, in *ImageRef) (*fileOut, error) {
	i, err := e.store.Image(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	content, err := e.store.ImageBytes(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &fileOut{ContentType: typeBinary, Disposition: `attachment; filename="firmware-` + i.Version + `.bin"`, Body: content}, nil
}

// retireImage is POST /admin/v1/firmware/{id}/retire.
type retireImage struct{ *images }

type retireImageIn struct {
	ImageRef
	Body struct {
		Reason Reason `json:"reason" minLength:"3" maxLength:"500" example:"Scooters with it lose the GPS."`
	}
}

func (retireImage) Meta() meta {
	return meta{
		ID: "retire-firmware", Summary: "Let nobody install an image any more", Status: http.StatusOK, Needs: staff.Firmware,
		Description: "It can't be taken back. Upgrades that go on end with it. Its version stays taken, for scooters may run it.",
		Faults:      []*fault.Error{firmware.ErrImageUnknown, firmware.ErrRetired},
	}
}

func (e retireImage) Execute(ctx context.Context, in *retireImageIn) (*imageOut, error) {
	i, err := e.store.RetireImage(ctx, in.ID, subjectFrom(ctx), string(in.Body.Reason))
	if err != nil {
		return nil, err
	}
	return &imageOut{Body: showImage(i)}, nil
}
