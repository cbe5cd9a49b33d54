package firmware

import "slices"

// Group is a part of a rollout's scooters, and how they stand.
type Group struct {
	Number int `json:"number"` // from 1 on
	Tally
	// Excused is the errors that staff had seen when they went on: they do not pause the rollout again.
	Excused int `json:"excused,omitempty"`
	// Passed: staff went on though the group has not reached the success threshold.
	Passed bool `json:"passed,omitempty"`
}

// Tally counts scooters by the state they have in a rollout.
type Tally struct {
	Pending int `json:"pending,omitempty"`
	Running int `json:"running,omitempty"`
	Done    int `json:"done,omitempty"`
	Failed  int `json:"failed,omitempty"`
	Parked  int `json:"parked,omitempty"`
	Skipped int `json:"skipped,omitempty"`
}

// Total is how many scooters there are.
func (t Tally) Total() int { return t.Counted() + t.Skipped }

// Counted is how many there are for the thresholds: who is skipped is neither a success nor an error.
func (t Tally) Counted() int { return t.Pending + t.Running + t.Done + t.Failed + t.Parked }

// Errors are the failed, and the parked for as long as they are.
func (t Tally) Errors() int { return t.Failed + t.Parked }

// Add adds another tally.
func (t Tally) Add(other Tally) Tally {
	t.Pending += other.Pending
	t.Running += other.Running
	t.Done += other.Done
	t.Failed += other.Failed
	t.Parked += other.Parked
	t.Skipped += other.Skipped
	return t
}

// Sizes is how many of so many scooters each group gets: as near to its share as whole scooters allow, and together all.
func (p Plan) Sizes(scooters int) []int {
	shares := p.Percents
	if len(shares) == 0 {
		shares = slices.Repeat([]int{1}, p.Groups)
	}
	whole := 0
	for _, share := range shares {
		whole += share
	}
	sizes := make([]int, len(shares))
	sum, given := 0, 0
	for i, share := range shares {
		sum += share
		upTo := (scooters*sum + whole/2) / whole
		sizes[i] = upTo - given
		given = upTo
	}
	return sizes
}

// Judgement is what a rollout that runs does next.
type Judgement struct {
	Halt     Halt // not empty: it is paused
	Group    int  // that made it so
	Open     int  // groups whose scooters may begin, from the first on
	Room     int  // how many more may begin now
	Finished bool
}

// Decide judges a running rollout by how its groups stand, which is all that counts: who has the same groups before them gives
// the same verdict.
func (p Plan) Decide(groups []Group) Judgement {
	var all Tally
	for _, g := range groups {
		if p.exceeded(g) {
			return Judgement{Halt: HaltErrors, Group: g.Number}
		}
		all = all.Add(g.Tally)
	}
	v := Judgement{Room: max(0, p.MaxAtOnce-all.Running)}
	for i, g := range groups {
		v.Open = i + 1
		if p.succeeded(g) || g.Passed {
			continue
		}
		if last := i == len(groups)-1; !last && g.Pending+g.Running == 0 {
			return Judgement{Halt: HaltSuccess, Group: g.Number}
		}
		break
	}
	v.Finished = !p.Late && all.Pending+all.Running+all.Parked == 0
	return v
}

// exceeded reports whether a group has more errors than it may have.
func (p Plan) exceeded(g Group) bool {
	errors := g.Errors() - g.Excused
	return errors > 0 && (errors*wholePercents > p.ErrorPercent*g.Counted() || p.ErrorCount != nil && errors > *p.ErrorCount)
}

// succeeded reports whether enough of a group have the version for the next one to begin. A group of which everybody was skipped
// has shown nothing.
func (p Plan) succeeded(g Group) bool {
	if g.Counted() == 0 {
		return g.Skipped == 0 || p.SuccessPercent == 0
	}
	return g.Done*wholePercents >= p.SuccessPercent*g.Counted()
}

// Resumed is a group after staff went on with a rollout that one of the thresholds had paused.
func (p Plan) Resumed(g Group) Group {
	g.Excused = g.Errors()
	g.Passed = g.Passed || g.Pending+g.Running == 0 && !p.succeeded(g)
	return g
}
