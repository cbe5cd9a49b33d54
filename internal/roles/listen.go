package roles

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
)

// AddressTakenError says that something else listens where a role should.
type AddressTakenError struct {
	Addr    string
	Setting string // moves the role to another address
}

func (e *AddressTakenError) Error() string {
	return fmt.Sprintf("another program listens on %s; stop it, or set %s to another address", e.Addr, e.Setting)
}

// listen takes the address of a setting.
func listen(ctx context.Context, addr, setting string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, &AddressTakenError{Addr: addr, Setting: setting}
	case err != nil:
		return nil, fmt.Errorf("%s: %w", setting, err)
	}
	return l, nil
}

// CheckFree reports that the address of a setting is taken, before anything else is started in vain.
func CheckFree(ctx context.Context, addr, setting string) error {
	l, err := listen(ctx, addr, setting)
	if err != nil {
		return err
	}
	return l.Close()
}
