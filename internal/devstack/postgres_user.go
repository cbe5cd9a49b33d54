package devstack

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// runAs is the user that a program is handed to.
type runAs struct{ uid, gid int }

func (r *runAs) credential() *syscall.Credential {
	return &syscall.Credential{Uid: uint32(r.uid), Gid: uint32(r.gid)}
}

// postgresRunAs is nil unless we are root: then postgres if that user exists,
// else nobody.
func postgresRunAs() (*runAs, error) {
	if os.Geteuid() != 0 {
		return nil, nil //nolint:nilnil // nobody else
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err1 == nil && err2 == nil && uid != 0 {
			return &runAs{uid: uid, gid: gid}, nil
		}
	}
	return nil, &StartError{Service: Postgres, Cause: errors.New("it refuses to run as root, and there is neither a user postgres nor nobody; run as another user")}
}

// placeFor makes the folder name inside dir for a user. Where that user can't
// reach dir, a home closed to others for one, the folder is outsideOf(dir).
func placeFor(r *runAs, dir, name string) (string, error) {
	place := filepath.Join(dir, name)
	if r != nil && !reachable(dir) {
		base := outsideOf(dir)
		if err := ownFolder(base); err != nil {
			return "", err
		}
		place = filepath.Join(base, name)
	}
	if err := os.MkdirAll(place, 0o755); err != nil { //nolint:gosec // postgres closes its own folder inside
		return "", &StateError{Dir: dir, Reason: "can't be created", Cause: err}
	}
	if r != nil {
		if err := os.Chown(place, r.uid, r.gid); err != nil {
			return "", &StateError{Dir: dir, Reason: "can't be handed to Postgres' user", Cause: err}
		}
	}
	return place, nil
}

// outsideOf is the folder that stands in for dir where everybody may pass. It is
// the same in every run. /var/tmp, unlike /tmp, outlives a restart.
func outsideOf(dir string) string {
	base := "/var/tmp"
	if info, err := os.Stat(base); err != nil || !info.IsDir() {
		base = os.TempDir()
	}
	sum := sha256.Sum256([]byte(dir))
	return filepath.Join(base, fmt.Sprintf("rodada-%d-%s", os.Geteuid(), hex.EncodeToString(sum[:6])))
}

// ownFolder makes a folder in a place where everybody may write, and refuses one
// that somebody else has put there.
func ownFolder(dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) { //nolint:gosec // others must pass
		return &StateError{Dir: dir, Reason: "can't be created", Cause: err}
	}
	if !ownFolderExists(dir) {
		return &StateError{Dir: dir, Reason: "belongs to somebody else"}
	}
	return nil
}

func ownFolderExists(dir string) bool {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() {
		return false
	}
	sys, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(sys.Uid) == os.Geteuid()
}

// reachable says whether other users may pass through dir and all above it.
func reachable(dir string) bool {
	for {
		info, err := os.Stat(dir)
		if err != nil || info.Mode()&0o001 == 0 {
			return false
		}
		up := filepath.Dir(dir)
		if up == dir {
			return true
		}
		dir = up
	}
}
