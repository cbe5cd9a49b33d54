package api

import (
	"fmt"
	"slices"
	"time"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
)

// RolloutPlan is what staff say of a rollout.
type RolloutPlan struct {
	Name           string         `json:"name"`
	Image          string         `json:"image" format:"uuid"`
	Filter         RolloutFilter  `json:"filter"`
	Groups         int            `json:"groups,omitempty" doc:"So many that are alike; absent: percents says."`
	Percents       []int          `json:"percents,omitempty" doc:"How many of the scooters each group gets."`
	SuccessPercent int            `json:"success_percent"`
	ErrorPercent   int            `json:"error_percent"`
	ErrorCount     *int           `json:"error_count,omitempty"`
	MaxAtOnce      int            `json:"max_at_once"`
	Window         *RolloutWindow `json:"window,omitempty"`
	Downgrade      bool           `json:"downgrade"`
	LateJoining    bool           `json:"late_joining"`
}

// RolloutChoices are the parts of a rollout that staff need not say.
type RolloutChoices struct {
	Filter         *RolloutFilter `json:"filter,omitempty" doc:"Which scooters, among those of the image's model that are not retired and run another version. Absent: all of them."`
	Groups         *int           `json:"groups,omitempty" minimum:"1" maximum:"20" doc:"So many groups that are alike, instead of percents."`
	Percents       []int          `json:"percents,omitempty" maxItems:"20" example:"[5,20,75]" doc:"How many of the scooters each group gets; 100 in all. Instead of groups."`
	SuccessPercent *int           `json:"success_percent,omitempty" minimum:"0" maximum:"100" doc:"How many of a group must have the version before the next group begins; 90 unless said."`
	ErrorPercent   *int           `json:"error_percent,omitempty" minimum:"0" maximum:"100" doc:"More errors than this in a group pause the whole rollout; 10 unless said. 100: none do."`
	ErrorCount     *int           `json:"error_count,omitempty" minimum:"0" maximum:"1000000" doc:"The same as a number of scooters; whichever is exceeded first."`
	MaxAtOnce      *int           `json:"max_at_once,omitempty" minimum:"1" maximum:"500" doc:"Upgrades that go on at the same time; 20 unless said."`
	Window         *RolloutWindow `json:"window,omitempty" doc:"When upgrades may begin. Absent: at any time."`
	AnyTime        bool           `json:"any_time,omitempty" doc:"There is no maintenance window any more. Not together with window."`
	Downgrade      *bool          `json:"downgrade,omitempty" doc:"The version may be older than what scooters run."`
	LateJoining    *bool          `json:"late_joining,omitempty" doc:"Scooters that fit after the start join the last group, until staff stop the rollout."`
}

// RolloutFilter picks scooters; what is empty picks all.
type RolloutFilter struct {
	Service  []fleet.Service `json:"service,omitempty" enum:"in_service,blocked,maintenance,missing"`
	Stations []string        `json:"stations,omitempty" maxItems:"10000" doc:"IDs, or none for free-floating scooters."`
	Plates   []string        `json:"plates,omitempty" maxItems:"10000"`
	Versions []string        `json:"versions,omitempty" maxItems:"10000" doc:"What the scooters run now, as last reported. An empty one: not known."`
}

// RolloutWindow is the hours in which upgrades may begin, by the clock on the wall.
type RolloutWindow struct {
	Days []string `json:"days,omitempty" enum:"mon,tue,wed,thu,fri,sat,sun" doc:"On which it begins; absent: every day."`
	From string   `json:"from" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" example:"02:00"`
	To   string   `json:"to" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" example:"05:00" doc:"Before from: on the next day. Not from itself."`
	Zone string   `json:"zone" maxLength:"64" example:"Europe/Madrid" doc:"A time zone of the IANA."`
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// give is a value that was said.
func give[T any](to, said *T) {
	if said != nil {
		*to = *said
	}
}

// check refuses what can't be said together.
func (c RolloutChoices) check() error {
	if c.AnyTime && c.Window != nil {
		return firmware.Invalid(firmware.Flaw{Field: "any_time", What: firmware.FlawAnyTime})
	}
	return nil
}

// apply changes what was said.
func (c RolloutChoices) apply(p *firmware.Plan) {
	if c.Filter != nil {
		p.Filter = firmware.Selection(*c.Filter)
	}
	if c.Groups != nil {
		p.Groups, p.Percents = *c.Groups, nil
	}
	if len(c.Percents) > 0 {
		p.Percents = c.Percents
		if c.Groups == nil { // both are refused
			p.Groups = 0
		}
	}
	give(&p.SuccessPercent, c.SuccessPercent)
	give(&p.ErrorPercent, c.ErrorPercent)
	give(&p.MaxAtOnce, c.MaxAtOnce)
	give(&p.Downgrade, c.Downgrade)
	give(&p.Late, c.LateJoining)
	if c.ErrorCount != nil {
		p.ErrorCount = c.ErrorCount
	}
	if c.AnyTime {
		p.Window = nil
	}
	if c.Window != nil {
		p.Window = c.Window.window()
	}
}

func (w RolloutWindow) window() *firmware.Window {
	window := firmware.Window{From: clock(w.From), To: clock(w.To), Zone: w.Zone}
	for _, day := range w.Days {
		window.Days = append(window.Days, time.Weekday(slices.Index(weekdays, day)))
	}
	return &window
}

// clock reads a time of day whose form was checked.
func clock(text string) firmware.Clock {
	t, err := time.Parse("15:04", text)
	if err != nil {
		return -1
	}
	return firmware.Clock(t.Hour()*60 + t.Minute())
}

func planBody(p firmware.Plan) RolloutPlan {
	b := RolloutPlan{
		Name: p.Name, Image: p.ImageID, Filter: RolloutFilter(p.Filter), Groups: p.Groups, Percents: p.Percents,
		SuccessPercent: p.SuccessPercent, ErrorPercent: p.ErrorPercent, ErrorCount: p.ErrorCount, MaxAtOnce: p.MaxAtOnce,
		Downgrade: p.Downgrade, LateJoining: p.Late,
	}
	if p.Window != nil {
		text := func(c firmware.Clock) string { return fmt.Sprintf("%02d:%02d", c/60, c%60) }
		b.Window = &RolloutWindow{From: text(p.Window.From), To: text(p.Window.To), Zone: p.Window.Zone}
		for _, day := range p.Window.Days {
			b.Window.Days = append(b.Window.Days, weekdays[day])
		}
	}
	return b
}
