package workflows

import (
	"go.temporal.io/sdk/client"

	"rodada/domain/command"
	"rodada/protocol"
)

// What workflows measure of their commands, under these names. Nothing is measured twice when a workflow is replayed.
const (
	CommandsTotal  = "rodada_commands_total"  // command, outcome
	CommandSeconds = "rodada_command_seconds" // command; of those that were done
)

// measure counts a send whose end is known, and times it when it was done.
func measure(m client.MetricsHandler, s command.Send) {
	m = m.WithTags(map[string]string{"command": protocol.Code(s.Code).String(), "outcome": string(s.Outcome)})
	m.Counter(CommandsTotal).Inc(1)
	if took, known := s.Took(); known && s.Outcome == command.Done {
		m.Timer(CommandSeconds).Record(took)
	}
}
