package api

import (
	"context"

	"rodada/api/label"
	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/domain/staff"
	"rodada/domain/station"
)

// labels is what is printed for scooters.
type labels struct {
	*registry
	link string // what a code follows
}

// qrPicture is GET /admin/v1/scooters/{plate}/qr.png.
type qrPicture struct{ *labels }

type qrPictureIn struct {
	PlateRef
	Pixels int `query:"pixels" minimum:"64" maximum:"2048" default:"512" doc:"At most so wide; each square of the code is a whole number of pixels."`
}

func (qrPicture) Meta() meta {
	return meta{
		ID: "qr-picture", Summary: "A scooter's QR code as a picture", Files: []string{"image/png"},
		Description: "It says RODADA_FLEET_QR_LINK and the printed code.", Faults: []*fault.Error{fleet.ErrScooterUnknown},
	}
}

func (e qrPicture) Execute(ctx context.Context, in *qrPictureIn) (*fileOut, error) {
	s, err := e.store.ScooterByPlate(ctx, in.Plate)
	if err != nil {
		return nil, err
	}
	picture, err := label.PNG(e.link+s.QRCode, in.Pixels)
	if err != nil {
		return nil, err
	}
	return &fileOut{ContentType: "image/png", Disposition: "inline", Body: picture}, nil
}

// qrSheet is POST /admin/v1/scooters/qr-sheet.
type qrSheet struct{ *labels }

// sheetLimit bounds a sheet, which is made in memory and all at once.
const sheetLimit = 1200

var (
	errSheetEmpty = fault.Declare(fault.Invalid, "labels_none", "There is no scooter to print a label for.")
	errSheetLarge = fault.Declare(fault.Invalid, "labels_too_many", "That is too much for one file of labels.")
)

type qrSheetIn struct {
	Body struct {
		Plates  []string        `json:"plates,omitempty" minItems:"1" maxItems:"1200" doc:"Which scooters; absent: all that the other members pick."`
		Service []fleet.Service `json:"service,omitempty" maxItems:"5" enum:"in_service,blocked,maintenance,missing,retired"`
		Model   int64           `json:"model,omitempty" minimum:"0" doc:"A model's ID."`
		Station string          `json:"station,omitempty" maxLength:"36" doc:"A station's ID, or none for free-floating scooters."`
	}
}

func (qrSheet) Meta() meta {
	return meta{
		ID: "qr-sheet", Summary: "A sheet of labels to print", Needs: staff.View, Files: []string{"application/pdf"},
		Description: "A4, twelve labels a page, by plate: QR code and printed code to cut out; beside each, outside of the line, the plate of the " +
			"scooter that it is for.",
		Faults: []*fault.Error{fleet.ErrScooterUnknown, fleet.ErrModelUnknown, station.ErrUnknown, errSheetEmpty, errSheetLarge},
	}
}

func (e qrSheet) Execute(ctx context.Context, in *qrSheetIn) (*fileOut, error) {
	b := in.Body
	if err := e.picks(ctx, b.Model, b.Station); err != nil {
		return nil, err
	}
	filter := fleet.Filter{Service: b.Service, ModelID: b.Model, Station: b.Station, Plates: b.Plates}
	keys, total, err := e.store.ScooterKeys(ctx, filter, listing.Query{Order: listing.Order{By: "plate"}, Limit: sheetLimit})
	switch {
	case err != nil:
		return nil, err
	case total > sheetLimit:
		return nil, errSheetLarge.With("limit", sheetLimit)
	}
	if missing := missingOf(b.Plates, keys); len(missing) > 0 && len(b.Service) == 0 && b.Model == 0 && b.Station == "" {
		return nil, fleet.ErrScooterUnknown.With("plates", missing)
	}
	if total == 0 {
		return nil, errSheetEmpty
	}
	scooters, err := e.store.ScootersByIDs(ctx, idsOf(keys))
	if err != nil {
		return nil, err
	}
	sheet := make([]label.Label, len(scooters))
	for i, s := range scooters {
		sheet[i] = label.Label{Link: e.link + s.QRCode, Code: s.QRCode, Plate: s.Plate}
	}
	file, err := label.Sheet(sheet, e.now().UTC())
	if err != nil {
		return nil, err
	}
	return attachment(e.now(), "application/pdf", "qr-labels", "pdf", file), nil
}

// missingOf is the plates that were asked for and not found.
func missingOf(plates []string, keys []fleet.Key) (missing []string) {
	found := map[string]bool{}
	for _, k := range keys {
		found[k.Plate] = true
	}
	for _, plate := range plates {
		if !found[plate] {
			missing = append(missing, plate)
		}
	}
	return missing
}
