package mqttbridge

import (
	"errors"
	"math"
	"time"

	"rodada/broker"
	"rodada/domain/command"
	"rodada/protocol"
	"rodada/telemetry/event"
)

// answer is a message that may be the ack of a command.
type answer struct {
	plate string
	ack   command.Ack
}

// report is what any message says of its scooter, if only that it is there.
type report struct {
	event.Report
	// position is the message of a position report, which is an ack if somebody asked for it. Most come unasked, so they are
	// looked up in batches with the reports and not one by one with the answers.
	position protocol.Message
	frame    []byte
}

// answers are the codes that answer a command.
var answers = func() map[protocol.Code]bool {
	codes := map[protocol.Code]bool{}
	for _, spec := range protocol.Catalogue() {
		if spec.Ack != 0 {
			codes[spec.Ack] = true
		}
	}
	codes[protocol.UpgradeReport] = true // the last packet of an upgrade, or what became of it, is answered by this
	return codes
}()

// receive sorts one message into the lanes, and into the history. The session waits for it, so it calls nobody.
func (b *Bridge) receive(in broker.Message) {
	select {
	case <-b.stopping:
		return // not acknowledged: it comes again
	default:
		b.record(in, b.sort(in))
	}
}

// sort sorts one message into the lanes and returns what it says.
func (b *Bridge) sort(in broker.Message) (e event.Report) {
	now := time.Now().UTC()
	m, err := protocol.Decode(in.Payload)
	if err != nil {
		b.refuse(in.Topic, err)
		return e
	}
	b.counts.message(m)
	if !m.Known() {
		b.introduce(m)
	}
	shard := b.shard(m.Plate)
	if m.Code == protocol.SendPacketAck {
		b.packet(shard, m, now)
		return e
	}
	if e, err = event.Of(m, now); err != nil {
		for _, value := range event.Refused(err) { // an answer is one still
			b.refuse(in.Topic, value)
		}
	}
	b.judge.Judge(&e)
	r := report{Report: e}
	switch {
	case m.Code == protocol.PositionReport:
		r.position, r.frame = m, in.Payload
	case answers[m.Code] && conclusive(m):
		if !b.answers[shard].put(answer{m.Plate, ackOf(m, in.Payload, now)}) {
			b.counts.answer(answerLost)
		}
	}
	if !b.reports[shard].put(r) {
		b.counts.dropped.WithLabelValues(droppedFull).Inc()
	}
	return e
}

// conclusive reports whether an answer says how it went, if answers of its kind do. One that does not is no answer, and must
// not take the place of the one that is.
func conclusive(m protocol.Message) bool {
	spec, _ := m.Spec()
	_, said := m.Status()
	return said || spec.Status != protocol.StatusResult
}

// ackOf is the message as a workflow and its history may see it.
func ackOf(m protocol.Message, frame []byte, at time.Time) command.Ack {
	ack := command.Ack{Code: int(m.Code), Values: m.Redacted().Values(), ReceivedAt: at, Frame: protocol.RedactFrame(frame)}
	if status, ok := m.Status(); ok {
		ack.Status = &status
	}
	if fix, err := m.Fix(); err == nil { // what it writes in degrees and minutes
		ack.Values["lat"], ack.Values["lng"] = microdegrees(fix.Lat), microdegrees(fix.Lng)
	}
	return ack
}

// microdegrees is finer than any satellite sees.
func microdegrees(degrees float64) float64 { return math.Round(degrees*1e6) / 1e6 }

func (b *Bridge) refuse(topic string, err error) {
	reason := protocol.ReasonMalformed
	var bad *protocol.DecodeError
	if errors.As(err, &bad) {
		reason = bad.Reason
	}
	b.counts.refused.WithLabelValues(string(reason)).Inc()
	b.options.Log.Debug("a frame was refused", "topic", topic, "error", err)
}

// introduce logs a code outside the catalogue the first time it comes.
func (b *Bridge) introduce(m protocol.Message) {
	if b.strange.first(m.Code) {
		name, _ := protocol.Wild(m.Code)
		b.options.Log.Warn("a message with a code that the protocol does not know", "code", int(m.Code), "plate", m.Plate,
			"elsewhere", name, "fields", m.Extra())
	}
}
