package api

import (
	"context"
	"net/http"

	"rodada/domain/fault"
	"rodada/domain/fleet"
)

// Model is a make of scooter with the dialect that its box speaks.
type Model struct {
	ID              int64  `json:"id"`
	Name            string `json:"name"`
	StrictJSON      bool   `json:"strict_json" doc:"Quote the values that the protocol writes unquoted."`
	LowercaseLength bool   `json:"lowercase_length" doc:"Firmware packets write their length as l."`
	MaxKmh          int    `json:"max_kmh"`
	RangeMeters     int    `json:"range_meters" doc:"With a full battery."`
}

type modelOut struct {
	Body Model
}

// model finds a model by its ID.
func (r *registry) model(ctx context.Context, id int64) (fleet.Model, error) {
	models, err := r.store.Models(ctx)
	if err != nil {
		return fleet.Model{}, err
	}
	for _, m := range models {
		if m.ID == id {
			return m, nil
		}
	}
	return fleet.Model{}, fleet.ErrModelUnknown
}

// listModels is GET /admin/v1/models.
type listModels struct{ *registry }

type modelsOut struct {
	Body struct {
		Models []Model `json:"models" doc:"By name."`
	}
}

func (listModels) Meta() meta { return meta{ID: "list-models", Summary: "The makes of scooters"} }

func (e listModels) Execute(ctx context.Context, _ *struct{}) (*modelsOut, error) {
	models, err := e.store.Models(ctx)
	if err != nil {
		return nil, err
	}
	out := &modelsOut{}
	out.Body.Models = make([]Model, len(models))
	for i, m := range models {
		out.Body.Models[i] = Model(m)
	}
	return out, nil
}

// createModel is POST /admin/v1/models.
type createModel struct{ *registry }

type createModelIn struct {
	Body struct {
		Name            string `json:"name" minLength:"1" maxLength:"100"`
		StrictJSON      bool   `json:"strict_json,omitempty"`
		LowercaseLength bool   `json:"lowercase_length,omitempty"`
		MaxKmh          int    `json:"max_kmh" minimum:"1" maximum:"200"`
		RangeMeters     int    `json:"range_meters" minimum:"0" maximum:"10000000"`
	}
}

func (createModel) Meta() meta {
	return meta{
		ID: "create-model", Summary: "Add a make of scooter", Status: http.StatusCreated,
		Faults: []*fault.Error{fleet.ErrModelTaken, fleet.ErrModelInvalid},
	}
}

func (e createModel) Execute(ctx context.Context, in *createModelIn) (*modelOut, error) {
	b := in.Body
	m, err := e.store.CreateModel(ctx, fleet.Model{
		Name: b.Name, StrictJSON: b.StrictJSON, LowercaseLength: b.LowercaseLength, MaxKmh: b.MaxKmh, RangeMeters: b.RangeMeters,
	})
	if err != nil {
		return nil, err
	}
	return &modelOut{Body: Model(m)}, nil
}

// changeModel is PATCH /admin/v1/models/{id}.
type changeModel struct{ *registry }

type changeModelIn struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Name            *string `json:"name,omitempty" minLength:"1" maxLength:"100"`
		StrictJSON      *bool   `json:"strict_json,omitempty"`
		LowercaseLength *bool   `json:"lowercase_length,omitempty"`
		MaxKmh          *int    `json:"max_kmh,omitempty" minimum:"1" maximum:"200"`
		RangeMeters     *int    `json:"range_meters,omitempty" minimum:"0" maximum:"10000000"`
	}
}

var errNoModel = fault.Declare(fault.NotFound, "model_not_found", "There is no such model.")

func (changeModel) Meta() meta {
	return meta{
		ID: "change-model", Summary: "Change a make of scooter",
		Description: "What is absent stays. Speed limits of its scooters come down with what it can drive. Its dialect counts from the next " +
			"command on.",
		Faults: []*fault.Error{errNoModel, fleet.ErrModelTaken, fleet.ErrModelInvalid},
	}
}

func (e changeModel) Execute(ctx context.Context, in *changeModelIn) (*modelOut, error) {
	if _, err := e.model(ctx, in.ID); err != nil {
		return nil, notFound(err, fleet.ErrModelUnknown, errNoModel)
	}
	m, err := e.store.ChangeModel(ctx, in.ID, fleet.ModelEdit(in.Body))
	if err != nil {
		return nil, notFound(err, fleet.ErrModelUnknown, errNoModel)
	}
	return &modelOut{Body: Model(m)}, nil
}
