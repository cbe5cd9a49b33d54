package firmware

import (
	"slices"
	"strings"
	"unicode/utf8"

	"rodada/domain/fleet"
)

// Plan is what staff say of a rollout; it can't be changed once it is more than a draft.
type Plan struct {
	Name    string    `json:"name"`
	ImageID string    `json:"image_id"`
	Filter  Selection `json:"filter"`
	// Groups is how many groups there are, all alike; or Percents is how many of the scooters each gets, 100 in all.
	Groups   int   `json:"groups,omitempty"`
	Percents []int `json:"percents,omitempty"`
	// SuccessPercent of a group must have the version before the next group begins.
	SuccessPercent int `json:"success_percent"`
	// ErrorPercent and ErrorCount are what a group may have of errors; one more pauses the rollout. A count of nil: any.
	ErrorPercent int     `json:"error_percent"`
	ErrorCount   *int    `json:"error_count,omitempty"`
	MaxAtOnce    int     `json:"max_at_once"`
	Window       *Window `json:"window,omitempty"` // nil: at any time
	Downgrade    bool    `json:"downgrade,omitempty"`
	// Late: scooters that the filter picks after the start join the last group, until staff stop the rollout.
	Late bool `json:"late,omitempty"`
}

// Selection picks the scooters of a rollout, among those of the image's model that are not retired and do not run its version.
// What is empty picks all.
type Selection struct {
	Service  []fleet.Service `json:"service,omitempty"`
	Stations []string        `json:"stations,omitempty"` // UUIDs, or fleet.FreeFloating
	Plates   []string        `json:"plates,omitempty"`
	Versions []string        `json:"versions,omitempty"` // that the scooters run now, as last reported; "": not known
}

// What a plan may ask for at most.
const (
	MostGroups    = 20
	MostAtOnce    = 500
	MostSelected  = 10_000 // plates or stations in a filter
	longestName   = 100
	longestValue  = 64
	fewestErrors  = 0
	mostErrors    = 1_000_000
	wholePercents = 100
)

// Takes reports whether a scooter that runs something is to get a version: what is newer stays, unless the plan says otherwise.
func (p Plan) Takes(version, runs string) bool {
	return runs == "" || p.Downgrade || Compare(version, runs) >= 0
}

// Check names the first field that makes no sense, with the fault that says so.
func (p Plan) Check() error {
	wrong := func(field string) error { return ErrRolloutInvalid.With("field", field) }
	percent := func(n int) bool { return n >= 0 && n <= wholePercents }
	sum := 0
	for _, n := range p.Percents {
		if n < 1 {
			return wrong("percents")
		}
		sum += n
	}
	switch {
	case strings.TrimSpace(p.Name) == "" || utf8.RuneCountInString(p.Name) > longestName:
		return wrong("name")
	case p.Groups < 0 || p.Groups > MostGroups || (p.Groups == 0) == (len(p.Percents) == 0):
		return wrong("groups")
	case p.Groups == 0 && sum != wholePercents, len(p.Percents) > MostGroups:
		return wrong("percents")
	case !percent(p.SuccessPercent):
		return wrong("success_percent")
	case !percent(p.ErrorPercent):
		return wrong("error_percent")
	case p.ErrorCount != nil && (*p.ErrorCount < fewestErrors || *p.ErrorCount > mostErrors):
		return wrong("error_count")
	case p.MaxAtOnce < 1 || p.MaxAtOnce > MostAtOnce:
		return wrong("max_at_once")
	}
	if err := p.Filter.check(); err != nil {
		return err
	}
	if p.Window == nil {
		return nil
	}
	return p.Window.Check()
}

func (s Selection) check() error {
	wrong := func(field string) error { return ErrRolloutInvalid.With("field", "filter."+field) }
	known := []fleet.Service{fleet.InService, fleet.Blocked, fleet.Maintenance, fleet.Missing}
	for _, service := range s.Service {
		if !slices.Contains(known, service) {
			return wrong("service")
		}
	}
	for field, list := range map[string][]string{"stations": s.Stations, "plates": s.Plates, "versions": s.Versions} {
		tooLong := func(v string) bool { return len(v) > longestValue || (v == "" && field != "versions") }
		if len(list) > MostSelected || slices.ContainsFunc(list, tooLong) {
			return wrong(field)
		}
	}
	return nil
}
