package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/command"
	"rodada/protocol"
)

// A scooter tells its speed only when it is asked, so what it last said may be as old as its ride. These bound how old a
// reading may be that a lock is sent on, and how long the question may take.
const (
	freshSpeed = 3 * time.Second
	askSpeed   = 2 * time.Second
)

// give sends the command once. One that would stop a rider is not sent to a scooter that says it moves.
func (in CommandInput) give(ctx workflow.Context, l *line, deadline time.Time) answer {
	spec, _ := protocol.Lookup(in.Command.Code)
	if spec.NotWhileMoving {
		if why := l.hindered(ctx, deadline); why != "" {
			return l.skip(ctx, in.Command.Code, why)
		}
	}
	return l.ask(ctx, in.Command, in.attempt(deadline.Sub(workflow.Now(ctx))))
}

// hindered says why a lock must not be sent now: the scooter says that it moves, or there is no way to ask. It is asked unless
// it has said its speed just now. Of one that stays silent nothing new is known: then its last speed decides, however old,
// when the command is published.
func (l *line) hindered(ctx workflow.Context, deadline time.Time) (unsent string) {
	var known activities.LastKnown
	err := within(ctx, time.Second, "read what the scooter said last", scooters.LastKnown, l.plate).Get(ctx, &known)
	now, speed := workflow.Now(ctx), known.SpeedKmh
	if err != nil || speed < 0 || now.Sub(known.SpeedAt) > freshSpeed {
		got := l.ask(ctx, protocol.Command{Code: protocol.QueryVehicle}, min(askSpeed, deadline.Sub(now)))
		if got.unsent == UnsentUnreachable {
			return got.unsent
		}
		if got.outcome != command.Done {
			return ""
		}
		speed, _ = whole(got.ack.Values["speed_kmh"])
	}
	if speed > activities.WalkingPace {
		return UnsentMoving
	}
	return ""
}

// skip notes a send that is not even tried.
func (l *line) skip(ctx workflow.Context, code protocol.Code, why string) answer {
	id := l.number()
	l.begin(id, code, workflow.Now(ctx))
	l.published(id, activities.Receipt{}, why)
	return l.close(id, answer{outcome: command.Silent, unsent: why})
}
