package activities

import (
	"context"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"rodada/domain/command"
	"rodada/domain/firmware"
	"rodada/protocol"
)

const (
	// A chunk is so many packets, and of a box that takes them quickly as many times that as fit in a while: what Temporal takes
	// for an activity would be longer than the chunk.
	chunkPackets = 64
	chunkTime    = 5 * time.Second
	// heartbeatEvery is how often a chunk says that it is alive.
	heartbeatEvery = time.Second
	// away is the wait before Redis or the broker is tried again.
	away = 100 * time.Millisecond
)

// FencedType is the type of the error of a chunk that somebody else has taken over.
const FencedType = "fenced"

var errFenced = temporal.NewNonRetryableApplicationError("somebody else sends the packets by now", FencedType, nil)

// PacketsInput is one chunk of packets.
type PacketsInput struct {
	UpgradeID string           `json:"upgrade_id"`
	Plate     string           `json:"plate"`
	Dialect   protocol.Dialect `json:"dialect"`
	ImageID   string           `json:"image_id"`
	Packets   int              `json:"packets"` // of the whole image
	Began     time.Time        `json:"began"`   // the upgrade
	Since     time.Time        `json:"since"`   // the attempt
	Attempt   int              `json:"attempt"`
	Chunk     int              `json:"chunk"` // counted through all attempts
	From      int              `json:"from"`  // serial of the first packet that was not taken yet
	Failures  int              `json:"failures"`
	Most      int              `json:"most,omitempty"` // packets of this chunk; 0: as many as fit
	// PacketWindow is how long one answer may take before the packet is sent again, SilentAfter how long none may come.
	PacketWindow time.Duration `json:"packet_window"`
	SilentAfter  time.Duration `json:"silent_after"`
	// Report waits for what the box says after the last packet, from before that packet is sent until ReportFor after.
	Report    command.Waiter `json:"report"`
	ReportFor time.Duration  `json:"report_for"`
}

// PacketsEnd is why a chunk ended.
type PacketsEnd string

// The ends of a chunk.
const (
	PacketsTaken   PacketsEnd = "taken"   // as far as Next
	PacketsSilent  PacketsEnd = "silent"  // the box answers no more
	PacketsUndone  PacketsEnd = "undone"  // the box has given the attempt up: it begins anew
	PacketsStopped PacketsEnd = "stopped" // by the workflow
)

// PacketsResult is what became of a chunk.
type PacketsResult struct {
	End      PacketsEnd `json:"end"`
	Next     int        `json:"next"`
	Failures int        `json:"failures"`
}

// SendPackets sends a chunk of packets, each once the one before was taken. Whoever comes later with the same attempt goes on
// where this one was, and this one notices before it sends another packet. Time without Redis or the broker does not count as
// the box's silence.
func (u *Upgrades) SendPackets(ctx context.Context, in PacketsInput) (PacketsResult, error) {
	image, err := u.image(ctx, in.ImageID)
	if err != nil {
		return PacketsResult{}, err
	}
	if in.From >= in.Packets || firmware.Packets(len(image)) != in.Packets {
		return PacketsResult{}, temporal.NewNonRetryableApplicationError("the image has other packets", "image", nil)
	}
	s := &packets{u: u, in: in, image: image}
	s.Transfer = firmware.Transfer{Packets: in.Packets, Next: in.From, Failures: in.Failures}
	var before PacketsResult
	if activity.HasHeartbeatDetails(ctx) && activity.GetHeartbeatDetails(ctx, &before) == nil && before.Next > s.Next {
		s.Next, s.Failures = before.Next, max(before.Failures, s.Failures)
	}
	acks, stop, err := u.Acks.Listen(ctx, in.Plate)
	if err != nil {
		return PacketsResult{}, err
	}
	defer stop()
	if err := s.enter(ctx); err != nil {
		return PacketsResult{}, err
	}
	defer s.beat(ctx)()
	end, err := s.run(ctx, acks)
	return PacketsResult{End: end, Next: s.Next, Failures: s.Failures}, err
}

// packets is one chunk on its way.
type packets struct {
	firmware.Transfer

	u     *Upgrades
	in    PacketsInput
	image []byte
	fence firmware.Fence
	since time.Time
	shown atomic.Value // PacketsResult, for the heartbeats

	reported bool          // the report is awaited
	quick    time.Duration // the quickest answer so far; 0: none
}

// enter takes over from whoever sent packets before.
func (s *packets) enter(ctx context.Context) error {
	try := int(activity.GetInfo(ctx).Attempt)
	s.fence, s.since = firmware.NewFence(s.in.Began, s.in.Attempt, s.in.Chunk, try), s.in.Since
	p, ours, err := s.u.Fences.EnterSending(ctx, s.in.Plate, s.fence, s.progress())
	if err == nil && !ours {
		err = errFenced
	}
	s.Next, s.Failures, s.since = p.Sent, p.Failures, p.Since
	s.show()
	return err
}

// run sends packets until the chunk is over.
func (s *packets) run(ctx context.Context, acks <-chan firmware.PacketAck) (PacketsEnd, error) {
	began, from := s.u.Now(), s.Next
	stopping := activity.GetWorkerStopChannel(ctx)
	window := time.NewTimer(s.in.PacketWindow)
	defer window.Stop()
	quiet := time.Duration(0) // that the box took, and no part of ours
	for {
		sent := s.Next - from
		if s.Complete() || s.in.Most > 0 && sent >= s.in.Most || sent >= chunkPackets && sent%chunkPackets == 0 && s.u.Now().Sub(began) >= chunkTime {
			return PacketsTaken, nil
		}
		if over, err := s.send(ctx); over != "" || err != nil {
			return over, err
		}
		out := s.u.Now()
		window.Reset(s.in.PacketWindow)
		verdict, fence, over := s.await(ctx, acks, window.C, stopping, out)
		if over != "" {
			return over, nil
		}
		s.show()
		switch verdict {
		case firmware.Taken, firmware.Resend:
			quiet = 0
		case firmware.Undone:
			return PacketsUndone, nil
		default:
			if quiet += s.u.Now().Sub(out); quiet >= s.in.SilentAfter {
				return PacketsSilent, nil
			}
		}
		if verdict == firmware.Taken && fence == s.fence {
			continue // the answer came with what allowed would ask for, and is stored already
		}
		if over, err := s.allowed(ctx); over != "" || err != nil {
			return over, err
		}
	}
}

// await waits for the answer to the packet that is out, and returns the fence that came with it; firmware.Stale: none came in time.
func (s *packets) await(
	ctx context.Context, acks <-chan firmware.PacketAck, window <-chan time.Time, stopping <-chan struct{}, out time.Time,
) (firmware.Verdict, firmware.Fence, PacketsEnd) {
	for {
		select {
		case a := <-acks:
			took := s.u.Now().Sub(out)
			if a.Again && took < s.quick/2 {
				continue // no box is that quick: this is the same answer, twice on the way
			}
			verdict := s.Take(a)
			if verdict == firmware.Stale {
				continue
			}
			if s.quick == 0 || took < s.quick {
				s.quick = took
			}
			return verdict, a.Fence, ""
		case <-window:
			return firmware.Stale, "", ""
		case <-stopping:
			return "", "", PacketsTaken
		case <-ctx.Done():
			return "", "", PacketsStopped
		}
	}
}

// allowed stores how far it is, and makes sure that nobody else has taken over.
func (s *packets) allowed(ctx context.Context) (PacketsEnd, error) {
	for {
		ours, err := s.u.Fences.MarkSending(ctx, s.in.Plate, s.fence, s.progress())
		switch {
		case ctx.Err() != nil:
			return PacketsStopped, nil //nolint:nilerr // whatever it says, it is over
		case err == nil && !ours:
			return "", errFenced
		case err == nil:
			return "", nil
		}
		pause(ctx, away)
	}
}

// send puts the next packet on the wire; before the last one it begins to wait for the report.
func (s *packets) send(ctx context.Context) (PacketsEnd, error) {
	frame, err := protocol.Encode(protocol.Command{Code: protocol.SendPacket, Args: protocol.Args{
		"serial": s.Next, "data": firmware.Packet(s.image, s.Next),
	}}, s.in.Dialect)
	if err != nil {
		return "", Failure(command.ErrInvalid.Saying("%v", err))
	}
	spec, _ := protocol.Lookup(protocol.SendPacket)
	for ctx.Err() == nil {
		if !s.reported && s.Next == s.Packets-1 {
			_, err = s.u.Leases.Take(ctx, s.in.Plate, protocol.UpgradeReport, s.in.Report, s.in.ReportFor)
			s.reported = err == nil
		}
		if err == nil {
			err = s.u.Publisher.Publish(ctx, s.in.Plate, spec.QoS, frame)
		}
		if err == nil {
			return "", nil
		}
		pause(ctx, away)
		if over, err := s.allowed(ctx); over != "" || err != nil {
			return over, err
		}
		err = nil
	}
	return PacketsStopped, nil
}

func (s *packets) progress() firmware.Progress {
	return firmware.Progress{
		UpgradeID: s.in.UpgradeID, Attempt: s.in.Attempt, Packets: s.Packets, Sent: s.Next, Failures: s.Failures,
		Since: s.since, At: s.u.Now(),
	}
}

func (s *packets) show() { s.shown.Store(PacketsResult{Next: s.Next, Failures: s.Failures}) }

// beat says that the chunk is alive until the returned function.
func (s *packets) beat(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			activity.RecordHeartbeat(ctx, s.shown.Load())
			pause(ctx, heartbeatEvery)
		}
	}()
	return func() { cancel(); <-done }
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
