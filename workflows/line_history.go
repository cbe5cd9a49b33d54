package workflows

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/command"
	"rodada/protocol"
)

// What a line sends becomes the scooter's history: a send is open until its end is known, then it waits to be stored, with
// whatever its workflow stores next.

// begin opens a send, or, after continue-as-new, one of an earlier run.
func (l *line) begin(id string, code protocol.Code, at time.Time) {
	l.open[id] = command.Send{ID: id, Code: int(code), AskedAt: at}
}

// published notes what went out, or why nothing did.
func (l *line) published(id string, r activities.Receipt, unsent string) {
	s := l.open[id]
	s.Unsent = unsent
	if unsent == "" {
		s.Sent, s.SentAt = r.Frame, r.At
	}
	l.open[id] = s
}

// close ends a send.
func (l *line) close(id string, how answer) answer {
	delete(l.waiting, id)
	if s, is := l.open[id]; is {
		delete(l.open, id)
		s = ended(s, how)
		l.keep(s)
		measure(l.metrics, s)
	}
	return how
}

// unanswered lets the history show a send as silent whose answer is still waited for. If one comes, close corrects it.
func (l *line) unanswered(id string) {
	if s, is := l.open[id]; is {
		s.Unsent = "" // what may have gone out may be answered
		l.keep(ended(s, answer{outcome: command.Silent}))
	}
}

// keep has a send stored next, instead of what was to be stored of it.
func (l *line) keep(s command.Send) {
	l.ended = slices.DeleteFunc(l.ended, func(other command.Send) bool { return other.ID == s.ID })
	l.ended = append(l.ended, s)
}

func ended(s command.Send, how answer) command.Send {
	s.Outcome = how.outcome
	switch {
	case how.unsent != "":
		s.Outcome, s.Unsent = command.Unsent, how.unsent
	case how.ack != nil:
		s.Unsent = ""
		s.Received, s.ReceivedAt, s.Status = how.ack.Frame, how.ack.ReceivedAt, how.ack.Status
	}
	return s
}

// retry takes back that nothing was sent: the same is about to be tried again.
func (l *line) retry() {
	if last := len(l.ended) - 1; last >= 0 && l.ended[last].Outcome == command.Unsent {
		l.ended = l.ended[:last]
	}
}

// collect hands over the sends that have ended, to be stored.
func (l *line) collect() []command.Send {
	sends := l.ended
	l.ended = nil
	return sends
}

// flush stores the sends that have ended, when nothing else will soon.
func (l *line) flush(ctx workflow.Context) {
	if len(l.ended) == 0 {
		return
	}
	batch := command.Batch{Plate: l.plate, Origin: l.origin, OriginID: l.name, Sends: l.collect()}
	persist(ctx, "store what was sent", commands.StoreSends, batch)
}
