package devstack

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

const lockPause = 100 * time.Millisecond

// tryLock takes the lock of a file, or says that somebody has it. The kernel
// gives it back when its holder ends, so no stale lock is left behind.
func tryLock(file string) (unlock func(), free bool, err error) {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // a path of ours
	if err != nil {
		return nil, false, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, false, nil
		}
		return nil, false, err
	}
	return func() { _ = f.Close() }, true, nil
}

// lockFile waits for the lock of a file; it calls waiting once if it has to.
func lockFile(ctx context.Context, file string, waiting func()) (unlock func(), err error) {
	tick := time.NewTicker(lockPause)
	defer tick.Stop()
	for told := false; ; {
		unlock, free, err := tryLock(file)
		if err != nil || free {
			return unlock, err
		}
		if !told {
			told = true
			waiting()
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-tick.C:
		}
	}
}
