package activities

import (
	"errors"
	"maps"

	"rodada/domain/command"
	"rodada/protocol"
	"rodada/seal"
)

var errNoKey = errors.New("this worker has no key for secrets")

// unseal opens the sealed arguments of a command. Whoever gave it sealed them, because a workflow's history shows its input
// to many; only the frame has them in clear.
func (s *Scooters) unseal(plate string, c protocol.Command) (protocol.Command, error) {
	opened := protocol.Command{Code: c.Code, Args: maps.Clone(c.Args)}
	for name, value := range c.Args {
		text, isText := value.(string)
		if !isText || !seal.Is(text) {
			continue
		}
		if s.Secrets == nil {
			return protocol.Command{}, errNoKey
		}
		secret, err := s.Secrets.Open(text, command.Purpose(plate, int(c.Code), name))
		if err != nil {
			return protocol.Command{}, err
		}
		opened.Args[name] = secret
	}
	return opened, nil
}
