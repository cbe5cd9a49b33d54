package api

import (
	"context"
	"encoding/base64"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"rodada/domain/fault"
	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/staff"
)

// typeBinary is the media type of firmware.
const typeBinary = "application/octet-stream"

// uploadSlack is how much more than an image may have is read, to say what is wrong with it.
const uploadSlack = 64 << 10

// uploadImage is POST /admin/v1/firmware.
type uploadImage struct{ *images }

type uploadImageIn struct {
	Model     int64  `query:"model" required:"true" minimum:"1" doc:"A model's ID."`
	Version   string `query:"version" required:"true" minLength:"1" maxLength:"64" doc:"As the box reports it once it runs it (22)." example:"1.9"`
	Notes     string `query:"notes" maxLength:"2000"`
	Downgrade bool   `query:"downgrade" doc:"It is older than another image of the model, and that is meant."`
	Signature string `header:"Firmware-Signature" required:"true" maxLength:"200" doc:"Ed25519, detached, of the statement below; base64."`
	RawBody   []byte `contentType:"application/octet-stream"`
}

func (e uploadImage) Meta() meta {
	var limit int64 = firmware.SizeLimit
	if e.images != nil {
		limit = int64(e.limit)
	}
	return meta{
		ID: "upload-firmware", Summary: "Upload a signed firmware image", Status: http.StatusCreated, Needs: staff.Firmware,
		Description: "The body is the image itself, byte for byte. What the operator's key signs is this text, each line with its end " +
			"(`\\n`):\n\n```\nrodada-firmware-v1\nmodel <the model's name>\nversion <version>\nsize <bytes, decimal>\n" +
			"sha256 <of the bytes, lower-case hex>\n```\n\nThe signature must be by one of the keys in RODADA_FIRMWARE_KEYS. An image is " +
			"never changed: another one has another version. Versions are compared piece by piece, numbers by their value; whatever is " +
			"older than the newest image of the model that is not retired must say that it is a downgrade. What is refused leaves nothing behind.",
		Upload: &huma.RequestBody{
			Content: map[string]*huma.MediaType{typeBinary: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
		},
		UploadLimit: limit + uploadSlack,
		Patience:    e.wait(),
		Faults: []*fault.Error{
			fleet.ErrModelUnknown, firmware.ErrVersion, firmware.ErrVersionTaken, firmware.ErrOlder, firmware.ErrSize,
			firmware.ErrSignature, firmware.ErrWrongModel, firmware.ErrNoKeys,
		},
	}
}

func (e uploadImage) Execute(ctx context.Context, in *uploadImageIn) (*imageOut, error) {
	if len(in.RawBody) < 1 || len(in.RawBody) > e.limit {
		return nil, firmware.ErrSize.With("size", len(in.RawBody)).With("max_bytes", e.limit)
	}
	models, err := e.store.Models(ctx)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(models, func(m fleet.Model) bool { return m.ID == in.Model })
	if at < 0 {
		return nil, fleet.ErrModelUnknown
	}
	s := firmware.StatementOf(models[at].Name, in.Version, in.RawBody)
	key, signature, err := e.verify(s, in.Signature, models)
	if err != nil {
		return nil, err
	}
	i, err := e.store.CreateImage(ctx, firmware.Image{
		ID: uuid.NewString(), ModelID: in.Model, Version: in.Version, Notes: in.Notes, Size: s.Size, SHA256: s.SHA256,
		Key: key, Signature: signature, Downgrade: in.Downgrade,
	}, subjectFrom(ctx), in.RawBody)
	if err != nil {
		return nil, err
	}
	return &imageOut{Location: imageAt(i.ID), Body: showImage(i)}, nil
}

// verify finds the key that signed a statement. What was signed for another of our models is told so.
func (e uploadImage) verify(s firmware.Statement, encoded string, models []fleet.Model) (key string, signature []byte, err error) {
	signature, err = base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return "", nil, firmware.ErrSignature.Because(err)
	}
	key, err = e.keys.Verify(s, signature)
	if err == nil {
		return key, signature, nil
	}
	for _, other := range models {
		meant := s
		meant.Model = other.Name
		if _, signed := e.keys.Verify(meant, signature); signed == nil {
			return "", nil, firmware.ErrWrongModel.With("signed_for", other.Name)
		}
	}
	return "", nil, err
}
