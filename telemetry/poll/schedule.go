package poll

import (
	"container/heap"
	"time"

	"rodada/protocol"
)

// question is a command and the answer to it.
type question struct{ ask, answer protocol.Code }

// questions are what is asked, in the order of Pace.
var questions = [...]question{
	{protocol.QueryPosition, protocol.PositionReport},
	{protocol.QueryVehicle, protocol.VehicleReport},
	{protocol.QuerySignal, protocol.SignalReport},
}

// scooter is one that is asked.
type scooter struct {
	plate  string
	riding bool
	due    [len(questions)]time.Time
	next   time.Time // when to look at it again
	asked  time.Time // when it was asked last
	silent int       // how many questions in a row it let pass without any word
	index  int
}

// line is scooters by when they are to be looked at. It is a heap.
type line []*scooter

func (l line) Len() int           { return len(l) }
func (l line) Less(i, j int) bool { return l[i].next.Before(l[j].next) }
func (l line) Swap(i, j int)      { l[i], l[j] = l[j], l[i]; l[i].index, l[j].index = i, j }
func (l *line) Push(x any)        { s, _ := x.(*scooter); s.index = len(*l); *l = append(*l, s) }

func (l *line) Pop() any {
	old := *l
	s := old[len(old)-1]
	old[len(old)-1] = nil
	*l = old[:len(old)-1]
	return s
}

// ready takes the scooters that are to be looked at by now, the longest waiting first, at most limit.
func (l *line) ready(now time.Time, limit int) (list []*scooter) {
	for len(list) < limit && len(*l) > 0 && !(*l)[0].next.After(now) {
		s, _ := heap.Pop(l).(*scooter)
		list = append(list, s)
	}
	return list
}

// earliest is the question that is due first; false: none ever is.
func (s *scooter) earliest() (which int, ok bool) {
	for i, due := range s.due {
		if !due.IsZero() && (!ok || due.Before(s.due[which])) {
			which, ok = i, true
		}
	}
	return which, ok
}
