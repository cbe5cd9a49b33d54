package devstack

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// nodeProgram is a program for Node.js whose packages npm fetches, each exactly as its lock file says.
type nodeProgram struct {
	service Service
	name    string
	files   embed.FS // a folder of that name with package.json, package-lock.json and the program
}

// find returns the folder of the program with its packages in the cache, which it fetches first if need be. Another lock file or
// program has another folder.
func (n nodeProgram) find(ctx context.Context, cache string, progress func(string)) (string, error) {
	files, err := fs.Sub(n.files, n.name)
	if err != nil {
		return "", err
	}
	digest := sha256.New()
	err = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, name)
		fmt.Fprintf(digest, "%s %d\n%s", name, len(text), text)
		return err
	})
	if err != nil {
		return "", err
	}
	home := filepath.Join(cache, "npm")
	dir := filepath.Join(home, n.name+"-"+hex.EncodeToString(digest.Sum(nil)[:8]))
	if isFolder(dir) {
		return dir, nil
	}
	if err := os.MkdirAll(home, 0o755); err != nil { //nolint:gosec // programs are for everybody
		return "", n.missing(err)
	}
	unlock, err := lockFile(ctx, dir+".lock", func() {
		progress(fmt.Sprintf("%s: another run is fetching its packages, waiting for it", n.service))
	})
	if err != nil {
		return "", n.missing(err)
	}
	defer unlock()
	if isFolder(dir) {
		return dir, nil
	}
	progress(fmt.Sprintf("%s: fetching its packages, once", n.service))
	if err := n.fetch(ctx, files, home, dir); err != nil {
		return "", n.missing(err)
	}
	return dir, nil
}

// fetch fills a folder that is renamed when it is whole, so that one that was cut short does not look finished. Nothing that comes with
// a package is run.
func (n nodeProgram) fetch(ctx context.Context, files fs.FS, home, dir string) error {
	fresh, err := os.MkdirTemp(home, "fetch-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(fresh) }()
	if err := os.CopyFS(fresh, files); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	cmd.Dir = fresh
	cmd.SysProcAttr = childAttributes(nil, syscall.SIGTERM)
	cmd.WaitDelay = stopGrace
	if said, err := cmd.CombinedOutput(); err != nil {
		lines := strings.Split(strings.TrimSpace(string(said)), "\n")
		return fmt.Errorf("npm ci: %w: %s", err, lines[0])
	}
	return os.Rename(fresh, dir)
}

func (n nodeProgram) missing(cause error) error {
	return &MissingProgramError{Service: n.service, Program: n.name, Cause: cause, Install: "it needs Node.js 20 and npm, and npm's registry"}
}

func isFolder(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && info.IsDir()
}
