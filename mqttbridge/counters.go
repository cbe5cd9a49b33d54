package mqttbridge

import (
	"errors"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"rodada/protocol"
	"rodada/telemetry/event"
)

// outcome is what became of an answer, or of telling a listener.
type outcome string

const (
	answerSignalled  outcome = "signalled"
	answerHandedOver outcome = "handed_over" // its waiter was watching for it
	answerPolled     outcome = "polled"      // a poll had asked: it is telemetry
	answerUnasked    outcome = "unasked"     // nobody waited for it
	answerGone       outcome = "gone"        // who waited has ended
	answerLate       outcome = "late"        // Temporal was away for as long as it counted
	answerLost       outcome = "lost"        // Redis was away, or the queue full
)

// What becomes of the answer to a firmware packet.
const (
	packetHandedOver = "handed_over"
	packetLost       = "lost"    // Redis was away
	packetDropped    = "dropped" // its scooter sent too many, or all did
	packetOdd        = "odd"     // it says nothing
)

// droppedFull is why reports were dropped that no sink ever saw; else the cause is the sink.
const droppedFull = "queue_full"

const unknownCode = "unknown"

// counters are the bridge's metrics. Every label has few values, whatever devices send.
type counters struct {
	messages, refused, dropped, answers, heard, packets *prometheus.CounterVec
	pointsDropped, clocks                               *prometheus.CounterVec

	points, thinned, repeated prometheus.Counter

	seconds prometheus.Histogram
	byCode  [256]prometheus.Counter // of messages, as far as they came, for no code is above 255; the session's alone
}

func newCounters(r prometheus.Registerer, b *Bridge) (*counters, error) {
	vec := func(name, help, label string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "rodada", Subsystem: "bridge", Name: name, Help: help}, []string{label})
	}
	one := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "rodada", Subsystem: "bridge", Name: name, Help: help})
	}
	gauge := func(name, help string, f func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "rodada", Subsystem: "bridge", Name: name, Help: help}, f)
	}
	c := &counters{
		messages: vec("messages_total", "Messages of scooters by code.", "code"),
		refused:  vec("refused_total", "Frames, and values of frames whose other values hold, that were refused, by reason.", "reason"),
		dropped:  vec("reports_dropped_total", "Reports that were not written, by cause.", "cause"),
		answers:  vec("answers_total", "Answers to commands by what became of them.", "outcome"),
		heard:    vec("heard_total", "Signals that a scooter is there, by what became of them.", "outcome"),
		packets:  vec("packets_total", "Answers to firmware packets by what became of them.", "outcome"),
		points:   one("points_total", "Points for the history."),
		thinned:  one("points_thinned_total", "Points that came more often than they are stored."),
		repeated: one("positions_repeated_total", "Positions that are stored already."),

		pointsDropped: vec("points_dropped_total", "Points that are not stored, by cause.", "cause"),
		clocks:        vec("clocks_corrected_total", "Times of devices that are not believed, by what is thought of the clock.", "clock"),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: "rodada", Subsystem: "bridge", Name: "answer_seconds",
			Help:    "From the arrival of an answer to its signal.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}),
	}
	var all error
	for _, m := range []prometheus.Collector{
		c.messages, c.refused, c.dropped, c.answers, c.heard, c.packets, c.seconds,
		c.points, c.thinned, c.repeated, c.pointsDropped, c.clocks,
		gauge("waiting_answers", "Answers that nobody has looked at yet.", func() float64 { return waiting(b.answers) }),
		gauge("waiting_reports", "Reports that are not written yet.", func() float64 { return waiting(b.reports) }),
		gauge("connected", "1 while the bridge hears the scooters.", func() float64 {
			if b.Ready() != nil {
				return 0
			}
			return 1
		}),
	} {
		all = errors.Join(all, r.Register(m))
	}
	return c, all
}

func (c *counters) message(m protocol.Message) {
	if !m.Known() {
		c.messages.WithLabelValues(unknownCode).Inc()
		return
	}
	own := &c.byCode[uint8(m.Code)]
	if *own == nil {
		*own = c.messages.WithLabelValues(strconv.Itoa(int(m.Code)))
	}
	(*own).Inc()
}

// clock counts a device's time that is not believed.
func (c *counters) clock(e event.Report) {
	if is := e.Clock(); is != event.NoClock && is != event.Right {
		c.clocks.WithLabelValues(string(is)).Inc()
	}
}

func (c *counters) answer(o outcome) { c.answers.WithLabelValues(string(o)).Inc() }

func waiting[T any](queues []*queue[T]) float64 {
	n := 0
	for _, q := range queues {
		n += q.len()
	}
	return float64(n)
}
