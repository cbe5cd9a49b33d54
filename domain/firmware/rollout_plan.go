package firmware

import (
	"math"
	"slices"
	"strconv"
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

// Tidy is the plan without what it names twice.
func (p Plan) Tidy() Plan {
	f := &p.Filter
	f.Service, f.Stations, f.Plates, f.Versions = once(f.Service), once(f.Stations), once(f.Plates), once(f.Versions)
	if p.Window != nil {
		w := *p.Window
		w.Days = once(w.Days)
		p.Window = &w
	}
	return p
}

// once is a list without what it had before.
func once[T comparable](list []T) []T {
	seen := make(map[T]bool, len(list))
	return slices.DeleteFunc(slices.Clone(list), func(v T) bool {
		twice := seen[v]
		seen[v] = true
		return twice
	})
}

// Takes reports whether a scooter that runs something is to get a version: what is newer stays, unless the plan says otherwise.
func (p Plan) Takes(version, runs string) bool {
	return runs == "" || p.Downgrade || Compare(version, runs) >= 0
}

// Check is the fault that names every field that makes no sense, and why: ErrRolloutInvalid.
func (p Plan) Check() error {
	var all flaws
	length := utf8.RuneCountInString(p.Name)
	all.unless(strings.TrimSpace(p.Name) != "" && length <= longestName, "name", FlawName)
	all = append(all, p.checkGroups()...)
	percent := func(n int) bool { return n >= 0 && n <= wholePercents }
	all.unless(percent(p.SuccessPercent), "success_percent", FlawPercent, p.SuccessPercent)
	all.unless(percent(p.ErrorPercent), "error_percent", FlawPercent, p.ErrorPercent)
	if p.ErrorCount != nil {
		all.unless(*p.ErrorCount >= fewestErrors && *p.ErrorCount <= mostErrors, "error_count", FlawCount, *p.ErrorCount)
	}
	all.unless(p.MaxAtOnce >= 1 && p.MaxAtOnce <= MostAtOnce, "max_at_once", FlawAtOnce, p.MaxAtOnce)
	all = append(all, p.Filter.check()...)
	if p.Window != nil {
		all = append(all, p.Window.check()...)
	}
	return Invalid(all...)
}

func (p Plan) checkGroups() (all flaws) {
	switch {
	case p.Groups != 0 && len(p.Percents) > 0:
		all.unless(false, "groups", FlawBothGroups)
	case p.Groups != 0:
		all.unless(p.Groups >= 1 && p.Groups <= MostGroups, "groups", FlawGroups, p.Groups)
	case len(p.Percents) == 0:
		all.unless(false, "groups", FlawNoGroups)
	default:
		sum := 0
		for _, share := range p.Percents {
			if share < 1 {
				return append(all, Flaw{"percents", FlawShare, strconv.Itoa(share)})
			}
			sum += min(share, math.MaxInt32) // so that no sum is a small one again
		}
		all.unless(sum == wholePercents, "percents", FlawSum, sum)
		all.unless(len(p.Percents) <= MostGroups, "percents", FlawGroups, len(p.Percents))
	}
	return all
}

func (s Selection) check() (all flaws) {
	known := []fleet.Service{fleet.InService, fleet.Blocked, fleet.Maintenance, fleet.Missing}
	for _, service := range s.Service {
		all.unless(slices.Contains(known, service), "filter.service", FlawService, service)
	}
	for _, of := range []struct {
		field string
		list  []string
	}{{"filter.stations", s.Stations}, {"filter.plates", s.Plates}, {"filter.versions", s.Versions}} {
		wrong := func(v string) bool { return len(v) > longestValue || v == "" && of.field != "filter.versions" }
		all.unless(len(of.list) <= MostSelected, of.field, FlawList, len(of.list))
		all.unless(!slices.ContainsFunc(of.list, wrong), of.field, FlawValue)
	}
	return all
}
