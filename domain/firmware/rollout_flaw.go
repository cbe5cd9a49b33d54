package firmware

import (
	"fmt"
	"slices"
	"strings"
)

// Flaw is one thing that is wrong with the plan of a rollout.
type Flaw struct {
	Field string   `json:"field"` // as the API calls it, such as window.zone
	What  FlawKind `json:"what"`
	Said  string   `json:"said,omitempty"` // the value that is wrong
}

// FlawKind is what is wrong.
type FlawKind string

// The flaws of a plan.
const (
	FlawName        FlawKind = "name_length"
	FlawNoGroups    FlawKind = "groups_missing"
	FlawBothGroups  FlawKind = "groups_and_percents"
	FlawGroups      FlawKind = "groups_number"
	FlawShare       FlawKind = "share_too_small"
	FlawSum         FlawKind = "percents_sum"
	FlawPercent     FlawKind = "percent_range"
	FlawCount       FlawKind = "count_range"
	FlawAtOnce      FlawKind = "at_once_range"
	FlawService     FlawKind = "service_unknown"
	FlawList        FlawKind = "list_too_long"
	FlawValue       FlawKind = "value_length"
	FlawPlates      FlawKind = "plates_unknown"
	FlawOtherModel  FlawKind = "plates_of_another_model"
	FlawStations    FlawKind = "stations_unknown"
	FlawClock       FlawKind = "no_time_of_day"
	FlawDay         FlawKind = "no_day"
	FlawZone        FlawKind = "zone_unknown"
	FlawEmptyWindow FlawKind = "window_empty"
	FlawAnyTime     FlawKind = "window_and_any_time"
)

// flawWords says them; %s is what was said.
var flawWords = map[FlawKind]string{
	FlawName:        fmt.Sprintf("A name has 1 to %d characters.", longestName),
	FlawNoGroups:    "Say how many groups there are, or the percents of each.",
	FlawBothGroups:  "Say either groups or percents, not both.",
	FlawGroups:      fmt.Sprintf("There are 1 to %d groups, not %%s.", MostGroups),
	FlawShare:       "Each group gets at least 1 percent, not %s.",
	FlawSum:         "The percents of all groups are 100 together, not %s.",
	FlawPercent:     "A percentage goes from 0 to 100; %s does not.",
	FlawCount:       fmt.Sprintf("A number of scooters goes from %d to %d; %%s does not.", fewestErrors, mostErrors),
	FlawAtOnce:      fmt.Sprintf("At the same time go 1 to %d upgrades, not %%s.", MostAtOnce),
	FlawService:     "No scooter that is to be upgraded is in the service %s.",
	FlawList:        fmt.Sprintf("A filter names at most %d, not %%s.", MostSelected),
	FlawValue:       fmt.Sprintf("What a filter names has 1 to %d bytes.", longestValue),
	FlawPlates:      "There is no scooter with the plate %s.",
	FlawOtherModel:  "The image is for another model than that of %s.",
	FlawStations:    "There is no station %s.",
	FlawClock:       "A time of day goes from 00:00 to 23:59.",
	FlawDay:         "A day is one of mon, tue, wed, thu, fri, sat and sun.",
	FlawZone:        "The IANA has no time zone %s. They are written like Europe/Madrid.",
	FlawEmptyWindow: "The window ends when it begins. Leave it out to begin upgrades at any time.",
	FlawAnyTime:     "Say either window or any_time, not both.",
}

// FlawKinds lists all of them.
func FlawKinds() []FlawKind {
	kinds := make([]FlawKind, 0, len(flawWords))
	for kind := range flawWords {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}

// String says in English what is wrong.
func (f Flaw) String() string { return f.Say(flawWords[f.What]) }

// Say puts what was said into a sentence, where it has a place for it.
func (f Flaw) Say(sentence string) string { return strings.Replace(sentence, "%s", f.Said, 1) }

// flaws gathers what is wrong with a plan.
type flaws []Flaw

// unless notes a flaw, unless all is well; said is the value that is wrong, if that helps.
func (list *flaws) unless(well bool, field string, what FlawKind, said ...any) {
	if !well {
		*list = append(*list, Flaw{Field: field, What: what, Said: fmt.Sprint(said...)})
	}
}

// Invalid is the fault that names the flaws of a plan; nil: there are none.
func Invalid(list ...Flaw) error {
	if len(list) == 0 {
		return nil
	}
	return ErrRolloutInvalid.With("flaws", list)
}
