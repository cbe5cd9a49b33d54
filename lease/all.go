package lease

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
)

// call is one run of a script, on one key.
type call struct {
	key  string
	args []any
}

// all runs a script for many keys in one round trip; in two, when Redis does not know the script yet.
func (s *Store) all(ctx context.Context, script *redis.Script, calls []call) error {
	run := func(eval func(context.Context, redis.Scripter, []string, ...any) *redis.Cmd) (unknown []call, err error) {
		cmds := make([]*redis.Cmd, len(calls))
		_, _ = s.redis.Pipelined(ctx, func(p redis.Pipeliner) error { // each has its own error
			for i, c := range calls {
				cmds[i] = eval(ctx, p, []string{c.key}, c.args...)
			}
			return nil
		})
		for i, cmd := range cmds {
			switch {
			case redis.HasErrorPrefix(cmd.Err(), "NOSCRIPT"):
				unknown = append(unknown, calls[i])
			case err == nil:
				err = cmd.Err()
			}
		}
		return unknown, err
	}
	unknown, err := run(script.EvalSha)
	if len(unknown) > 0 {
		calls = unknown
		_, again := run(script.Eval)
		err = errors.Join(err, again)
	}
	return err
}
