package fleet

import (
	"regexp"
	"strings"
)

// fastest is what any model can drive, in km/h.
const fastest = 200

var imeiPattern = regexp.MustCompile(`^[0-9]{15}$`)

// CheckIMEI reports whether a number can be a box's; nobody has to know it.
func CheckIMEI(imei string) error {
	if imei != "" && !imeiPattern.MatchString(imei) {
		return ErrIMEIInvalid
	}
	return nil
}

// Edit is what staff change of a scooter; nil leaves it as it is. Its plate, its code, its station and its service change by
// operations of their own.
type Edit struct {
	IMEI     *string `json:"imei,omitempty"`
	ModelID  *int64  `json:"model,omitempty"`
	LimitKmh *int    `json:"limit_kmh,omitempty"`
	Note     *string `json:"note,omitempty"`
}

// Apply is the scooter after the edit. model is what ModelID names; who gives none keeps the scooter's. A limit that the
// model can't drive is refused when it is asked for, and lowered when only the model changes.
func (e Edit) Apply(s Scooter, model Model) (Scooter, error) {
	s.Model = model
	s.LimitKmh = min(s.LimitKmh, model.MaxKmh)
	if e.LimitKmh != nil {
		if *e.LimitKmh < 1 || *e.LimitKmh > model.MaxKmh {
			return s, ErrLimitInvalid.With("max_kmh", model.MaxKmh)
		}
		s.LimitKmh = *e.LimitKmh
	}
	if e.IMEI != nil {
		s.IMEI = *e.IMEI
	}
	if e.Note != nil {
		s.Note = *e.Note
	}
	return s, CheckIMEI(s.IMEI)
}

// ModelEdit is what staff change of a model; nil leaves it as it is.
type ModelEdit struct {
	Name            *string
	StrictJSON      *bool
	LowercaseLength *bool
	MaxKmh          *int
	RangeMeters     *int
}

// Apply is the model after the edit.
func (e ModelEdit) Apply(m Model) (Model, error) {
	set(&m.Name, e.Name)
	set(&m.StrictJSON, e.StrictJSON)
	set(&m.LowercaseLength, e.LowercaseLength)
	set(&m.MaxKmh, e.MaxKmh)
	set(&m.RangeMeters, e.RangeMeters)
	return m, m.Check()
}

// Check reports what is wrong with a model, as a detail "field".
func (m Model) Check() error {
	switch {
	case strings.TrimSpace(m.Name) == "" || len(m.Name) > 100:
		return ErrModelInvalid.With("field", "name")
	case m.MaxKmh < 1 || m.MaxKmh > fastest:
		return ErrModelInvalid.With("field", "max_kmh")
	case m.RangeMeters < 0 || m.RangeMeters > 10_000_000:
		return ErrModelInvalid.With("field", "range_meters")
	}
	return nil
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}
