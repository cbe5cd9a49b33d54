package devstack

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	embedded "github.com/fergusstrange/embedded-postgres"
)

// debianPostgres is where Debian keeps its programs, off PATH.
const debianPostgres = "/usr/lib/postgresql"

// findPostgres is the folder of initdb and postgres: on PATH, else Debian's
// newest, else a fetched one.
func findPostgres(ctx context.Context, o Options) (string, error) {
	if file, err := exec.LookPath("initdb"); err == nil {
		// A link on PATH leads to the folder that has them all.
		if target, err := filepath.EvalSymlinks(file); err == nil && isProgram(filepath.Join(filepath.Dir(target), "postgres")) {
			return filepath.Dir(target), nil
		}
	}
	if bin, ok := newestPostgres(debianPostgres); ok {
		return bin, nil
	}
	return fetchPostgres(ctx, o)
}

// newestPostgres looks for root/<major>/bin.
func newestPostgres(root string) (string, bool) {
	found, _ := filepath.Glob(filepath.Join(root, "*", "bin", "initdb"))
	found = slices.DeleteFunc(found, func(file string) bool {
		return !isProgram(filepath.Join(filepath.Dir(file), "postgres"))
	})
	if len(found) == 0 {
		return "", false
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return cmp.Compare(majorOf(a), majorOf(b)) })
	return filepath.Dir(newest), true
}

func majorOf(initdb string) float64 {
	v, err := strconv.ParseFloat(filepath.Base(filepath.Dir(filepath.Dir(initdb))), 64)
	if err != nil {
		return 0
	}
	return v
}

// fetchPostgres has the embedded-postgres library fetch and check the programs.
// The library also starts what it fetched; that start is in a throwaway folder
// and, as root, fails, which is no loss: we run the programs ourselves.
func fetchPostgres(ctx context.Context, o Options) (string, error) {
	version := string(embedded.V17)
	user, err := postgresRunAs()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(o.Cache, 0o755); err != nil { //nolint:gosec // programs are for everybody
		return "", missingPostgres(err)
	}
	cache, err := placeFor(user, o.Cache, "postgres-"+version)
	if err != nil {
		return "", err
	}
	bin := filepath.Join(cache, "pg", "bin")
	unlock, err := lockFile(ctx, filepath.Join(cache, ".lock"), func() {
		o.Progress("postgres: another run is fetching it, waiting for it")
	})
	if err != nil {
		return "", missingPostgres(err)
	}
	defer unlock()
	if isProgram(filepath.Join(bin, "postgres")) && isProgram(filepath.Join(bin, "initdb")) {
		return bin, nil
	}
	o.Progress(fmt.Sprintf("postgres: fetching %s, once (about 20 MB)", version))
	if err := fetchEmbedded(cache); err != nil && !isProgram(filepath.Join(bin, "postgres")) {
		return "", missingPostgres(err)
	}
	return bin, openToAll(filepath.Join(cache, "pg"))
}

func fetchEmbedded(cache string) error {
	runtime, err := os.MkdirTemp(cache, "fetch-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(runtime) }()
	port, err := (claims{}).claim(Postgres, 0, "")
	if err != nil {
		return err
	}
	db := embedded.NewDatabase(embedded.DefaultConfig().
		Version(embedded.V17).Port(uint32(port)).
		CachePath(cache).BinariesPath(filepath.Join(cache, "pg")).
		RuntimePath(filepath.Join(runtime, "run")).Logger(io.Discard))
	if err := db.Start(); err != nil {
		return err
	}
	return db.Stop()
}

// openToAll lets the user that Postgres is handed to read and run its programs.
func openToAll(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.Type()&os.ModeSymlink != 0 {
			return err
		}
		mode := os.FileMode(0o644)
		if entry.IsDir() || strings.Contains(path, "/bin/") || strings.Contains(path, ".so") {
			mode = 0o755
		}
		return os.Chmod(path, mode) //nolint:gosec // meant
	})
}

func missingPostgres(cause error) error {
	return &MissingProgramError{
		Service: Postgres, Program: "postgres", Cause: cause,
		Install: "install your distribution's package postgresql (`make deps-debian` on Debian)",
	}
}
