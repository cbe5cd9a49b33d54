package activities

import (
	"context"
	"errors"
	"time"

	"rodada/domain/command"
	"rodada/protocol"
)

// WalkingPace is the speed in km/h up to which a scooter counts as standing. (Design, decision 6)
const WalkingPace = 3

// Scooters sends commands. Its activities run locally, in the worker that runs the workflow.
type Scooters struct {
	Publisher Publisher
	Ears      Ears // nil: what scooters answer on their own topics is missed
	Leases    Leases
	Live      Live
	Store     ScooterStore
	Secrets   Secrets // for arguments that are sealed; nil: none can be opened
	Now       func() time.Time
}

// PublishInput is one send. SendID is its workflow's own and stays the same when the activity is tried again.
type PublishInput struct {
	WorkflowID string           `json:"workflow_id"`
	SendID     string           `json:"send_id"`
	Plate      string           `json:"plate"`
	Command    protocol.Command `json:"command"`
	Dialect    protocol.Dialect `json:"dialect"`
	// Deadline is when the send is too late to be made.
	Deadline time.Time `json:"deadline"`
	// Keep is how long the lease outlives the deadline.
	Keep time.Duration `json:"keep"`
	// Watch is how long to look for the answer where it arrives.
	Watch time.Duration `json:"watch,omitempty"`
}

// Published is what became of a send.
type Published string

// What becomes of a send.
const (
	PublishDone   Published = "published"
	PublishBusy   Published = "busy"   // another send waits for the same answer: try again
	PublishMoving Published = "moving" // the scooter is too fast for this command
	PublishLate   Published = "late"   // the deadline is over; nothing was sent that anybody knows of
)

// Receipt says what became of a send, and of what was published the frame, without secrets, and when.
type Receipt struct {
	Became Published `json:"became"`
	Frame  []byte    `json:"frame,omitempty"`
	At     time.Time `json:"at,omitzero"` // zero: an earlier attempt did it
	// Watched: the answer was looked for until it came, which is Ack, or PublishInput.Watch was over; from then on it is
	// signalled.
	Watched bool         `json:"watched,omitempty"`
	Ack     *command.Ack `json:"ack,omitempty"`
}

// spare is what is left of the time when looking for an answer ends, so that the receipt is not late.
const spare = 100 * time.Millisecond

// Publish takes the lease of the answer, checks the deadline and the speed, and puts the frame on the wire. Tried again, it
// repeats a QoS 0 frame but never a QoS 1 frame, which the broker may hold for the scooter already. Tried again after the
// deadline (its worker died, say), it counts as published: the scooter may have it, and may have answered. The lease of a
// send that was late is its workflow's to withdraw. (Design, decisions 2-6)
//
// Most scooters answer at once, so it stays and looks for the answer for as long as Watch.
func (s *Scooters) Publish(ctx context.Context, in PublishInput) (Receipt, error) {
	receipt, err := s.publish(ctx, in)
	spec, _ := protocol.Lookup(in.Command.Code)
	limit := min(in.Watch, in.Deadline.Sub(s.Now())-spare)
	if err != nil || receipt.Became != PublishDone || spec.Ack == 0 || limit <= 0 {
		return receipt, err
	}
	if ack, err := s.Leases.Watch(ctx, in.Plate, spec.Ack, in.SendID, limit); err == nil { // else the workflow watches again
		receipt.Watched, receipt.Ack = true, ack
	}
	return receipt, nil
}

func (s *Scooters) publish(ctx context.Context, in PublishInput) (Receipt, error) {
	spec, ok := protocol.Lookup(in.Command.Code)
	if !ok {
		return Receipt{}, Failure(command.ErrUnknown)
	}
	cmd, err := s.unseal(in.Plate, in.Command)
	if err != nil {
		return Receipt{}, Failure(command.ErrSealed.Because(err))
	}
	frame, err := protocol.Encode(cmd, in.Dialect)
	if err != nil {
		return Receipt{}, Failure(command.ErrInvalid.Saying("%v", err))
	}
	shown := protocol.RedactFrame(frame)

	left := max(in.Deadline.Sub(s.Now()), 0)
	if answer, _ := protocol.Lookup(spec.Ack); answer.Topic == protocol.TopicVehicle && left > 0 && s.Ears != nil {
		if err := s.Ears.Listen(ctx, in.Plate, left+in.Keep); err != nil {
			return Receipt{}, err
		}
	}
	// Before the lease, or what was never sent would look like a send of ours when the leases fail next; and after it.
	if moving, err := s.moving(ctx, spec, in.Plate); err != nil {
		return Receipt{}, err
	} else if moving {
		return Receipt{Became: PublishMoving}, nil
	}
	tried := false
	if spec.Ack != 0 {
		taken, err := s.Leases.Take(ctx, in.Plate, spec.Ack, command.Waiter{WorkflowID: in.WorkflowID, SendID: in.SendID}, left+in.Keep)
		if err != nil {
			return Receipt{}, err
		}
		if taken == command.TakenBusy && left > 0 {
			return Receipt{Became: PublishBusy}, nil
		}
		if taken == command.TakenAnswered {
			return Receipt{Became: PublishDone, Frame: shown}, nil
		}
		tried = taken == command.TakenOwn
	}
	late := !s.Now().Before(in.Deadline)
	switch {
	case tried && (late || spec.QoS > 0):
		return Receipt{Became: PublishDone, Frame: shown}, nil
	case late:
		return Receipt{Became: PublishLate}, nil
	}
	moving, err := s.moving(ctx, spec, in.Plate)
	if err == nil && !moving {
		at := s.Now()
		if err = s.Publisher.Publish(ctx, in.Plate, spec.QoS, frame); err == nil {
			return Receipt{Became: PublishDone, Frame: shown, At: at}, nil
		}
		if !unsent(err) {
			return Receipt{}, err
		}
	}
	if spec.Ack != 0 && !tried {
		// What was certainly not sent must not look like a send of ours when it is tried again, nor keep others from theirs.
		_, withdrawn := s.Leases.Withdraw(ctx, in.Plate, spec.Ack, in.SendID)
		err = errors.Join(err, withdrawn)
	}
	if err != nil {
		return Receipt{}, err
	}
	return Receipt{Became: PublishMoving}, nil
}

// moving looks at the last known speed. Waiting for one's turn takes time, in which a scooter may drive off, so the look that
// counts is the last one.
func (s *Scooters) moving(ctx context.Context, spec protocol.Spec, plate string) (bool, error) {
	if !spec.NotWhileMoving {
		return false, nil
	}
	known, err := s.Live.LastKnown(ctx, plate)
	return known.SpeedKmh > WalkingPace, err
}

func unsent(err error) bool {
	var certain interface{ Unsent() bool }
	return errors.As(err, &certain) && certain.Unsent()
}

// LeaseInput names the answer that a send waits for.
type LeaseInput struct {
	WorkflowID string        `json:"workflow_id"`
	SendID     string        `json:"send_id"`
	Plate      string        `json:"plate"`
	Ack        protocol.Code `json:"ack"`
	For        time.Duration `json:"for,omitempty"`
}

// Watch looks for the answer to a send for as long as In.For, which is short: a scooter that answers at once spares its
// workflow a signal and a task. Nil: not yet; the answer will be signalled.
func (s *Scooters) Watch(ctx context.Context, in LeaseInput) (*command.Ack, error) {
	return s.Leases.Watch(ctx, in.Plate, in.Ack, in.SendID, in.For)
}

// Withdraw gives up waiting for an answer. It returns the answer if it had come after all.
func (s *Scooters) Withdraw(ctx context.Context, in LeaseInput) (*command.Ack, error) {
	return s.Leases.Withdraw(ctx, in.Plate, in.Ack, in.SendID)
}

// ListenInput asks for the next word of a scooter.
type ListenInput struct {
	LeaseInput
	// Since is the send after which any word counts.
	Since time.Time `json:"since"`
}

// Listen keeps the lease of an unanswered send alive and asks for a signal at the scooter's next message. It reports
// whether the scooter has spoken since already.
func (s *Scooters) Listen(ctx context.Context, in ListenInput) (bool, error) {
	w := command.Waiter{WorkflowID: in.WorkflowID, SendID: in.SendID}
	if in.Ack != 0 {
		if _, err := s.Leases.Take(ctx, in.Plate, in.Ack, w, in.For); err != nil {
			return false, err
		}
	}
	if err := s.Leases.TakeHeard(ctx, in.Plate, w, in.For); err != nil {
		return false, err
	}
	known, err := s.Live.LastKnown(ctx, in.Plate)
	if err != nil {
		return false, err
	}
	return known.Seen.After(in.Since), nil
}

// LastKnown reads what a scooter last said of itself.
func (s *Scooters) LastKnown(ctx context.Context, plate string) (LastKnown, error) {
	return s.Live.LastKnown(ctx, plate)
}
