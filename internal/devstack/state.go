package devstack

import (
	"errors"
	"os"
	"path/filepath"
)

// marker tells a state folder of ours from any other folder.
const marker = ".rodada-devstack"

// openState makes or takes the state folder and locks it. old says that it holds
// the state of an earlier run.
func openState(dir string) (old bool, unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // Postgres' user must pass
		return false, nil, &StateError{Dir: dir, Reason: "can't be created", Cause: err}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false, nil, &StateError{Dir: dir, Reason: "can't be read", Cause: err}
	}
	old = isState(dir)
	if len(entries) > 0 && !old {
		return false, nil, &StateError{Dir: dir, Reason: "is not empty and holds something else"}
	}
	unlock, free, err := tryLock(filepath.Join(dir, marker))
	if err != nil {
		return false, nil, &StateError{Dir: dir, Reason: "can't be written", Cause: err}
	}
	if !free {
		return false, nil, &InUseError{Dir: dir}
	}
	return old, unlock, nil
}

func isState(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, marker))
	return err == nil && info.Mode().IsRegular()
}

// Reset removes the state folder of earlier runs. It refuses one that is in use
// and one that no stack has made; a missing one is fine.
func Reset(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return removeState(dir)
	}
	if !isState(dir) {
		return &StateError{Dir: dir, Reason: "was not made by the local stack, remove it yourself"}
	}
	unlock, free, err := tryLock(filepath.Join(dir, marker))
	if err != nil {
		return &StateError{Dir: dir, Reason: "can't be written", Cause: err}
	}
	if !free {
		return &InUseError{Dir: dir}
	}
	defer unlock()
	return removeState(dir)
}

// removeState removes the folder, and what had to be placed outside of it.
func removeState(dir string) error {
	if outside := outsideOf(dir); ownFolderExists(outside) {
		if err := os.RemoveAll(outside); err != nil {
			return &StateError{Dir: outside, Reason: "can't be removed", Cause: err}
		}
	}
	if err := os.RemoveAll(dir); err != nil {
		return &StateError{Dir: dir, Reason: "can't be removed", Cause: err}
	}
	return nil
}
