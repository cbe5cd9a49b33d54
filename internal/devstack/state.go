package devstack

import (
	"errors"
	"os"
	"path/filepath"
)

// marker tells a state folder of ours from any other folder.
const marker = ".rodada-devstack"

// Prepare makes the state folder, or takes that of an earlier run, so that a
// caller may put files of its own beside the services' before Start. It refuses
// a folder that holds something else: Reset would remove it.
func Prepare(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // Postgres' user must pass
		return &StateError{Dir: dir, Reason: "can't be created", Cause: err, Foreign: true}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return &StateError{Dir: dir, Reason: "can't be read", Cause: err}
	}
	if len(entries) > 0 && !isState(dir) {
		return &StateError{Dir: dir, Reason: "is not empty and holds something else", Foreign: true}
	}
	file, err := os.OpenFile(filepath.Join(dir, marker), os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // the state folder
	if err != nil {
		return &StateError{Dir: dir, Reason: "can't be written", Cause: err}
	}
	return file.Close()
}

// openState prepares the state folder and locks it. old says that services have
// worked in it before.
func openState(dir string) (old bool, unlock func(), err error) {
	if err := Prepare(dir); err != nil {
		return false, nil, err
	}
	unlock, free, err := tryLock(filepath.Join(dir, marker))
	if err != nil {
		return false, nil, &StateError{Dir: dir, Reason: "can't be written", Cause: err}
	}
	if !free {
		return false, nil, &InUseError{Dir: dir}
	}
	for _, name := range All() {
		if _, err := os.Stat(filepath.Join(dir, string(name))); err == nil {
			old = true
		}
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
		return &StateError{Dir: dir, Reason: "was not made by the local stack", Foreign: true}
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
