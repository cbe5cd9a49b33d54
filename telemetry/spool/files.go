package spool

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// segment is a file of the log. Its name is the number of its first block, as tidwall/wal writes it.
type segment struct {
	first uint64
	path  string
	size  int64
}

const nameLength = 20

// segments lists the log's files from the oldest to the newest.
func segments(dir string) (all []segment, err error) {
	entries, err := os.ReadDir(dir) // sorted by name
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		name := e.Name()
		if len(name) < nameLength {
			continue
		}
		first, err := strconv.ParseUint(name[:nameLength], 10, 64)
		if err != nil || name[nameLength:] != "" && name[nameLength:] != ".START" {
			continue
		}
		info, err := e.Info()
		if err != nil {
			return nil, err
		}
		all = append(all, segment{first: first, path: filepath.Join(dir, name), size: info.Size()})
	}
	return all, nil
}

// mend makes the end of the log fit to be opened: a write that was cut short was acknowledged to nobody. It returns how many
// bytes that were no blocks.
func mend(dir string) (cut int, err error) {
	if err := sweep(dir); err != nil {
		return 0, err
	}
	all, err := segments(dir)
	if err != nil || len(all) == 0 {
		return 0, err
	}
	last := all[len(all)-1].path
	data, err := os.ReadFile(last) //nolint:gosec // our own folder
	if err != nil {
		return 0, err
	}
	good, kept := salvage(data)
	if kept {
		return 0, nil
	}
	cut = len(data) - len(good)
	if bytes.Equal(good, data[:len(good)]) {
		return cut, shorten(last, int64(len(good))) // takes no room, which there may be none of
	}
	return cut, replace(last, good)
}

func shorten(file string, size int64) error {
	f, err := os.OpenFile(file, os.O_WRONLY, 0o600) //nolint:gosec // our own folder
	if err != nil {
		return err
	}
	return errors.Join(f.Truncate(size), f.Sync(), f.Close())
}

// sweep removes what was not finished when a process ended.
func sweep(dir string) error {
	left, err := filepath.Glob(filepath.Join(dir, "*"+unfinished))
	for _, file := range left {
		err = errors.Join(err, os.Remove(file))
	}
	return err
}

const unfinished = ".TEMP" // the log's word for it

// replace puts other bytes into a file: all of them, or none.
func replace(file string, data []byte) (err error) {
	temp := file + unfinished
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(temp))
		}
	}()
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600) //nolint:gosec // our own folder
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp, file); err != nil {
		return err
	}
	return syncDir(filepath.Dir(file))
}

// syncDir makes sure that the names of a folder's files survive.
func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // our own folder
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// ErrTaken is a folder that another process spools into.
var ErrTaken = errors.New("spool: another process has this folder")

// take makes the folder and takes its lock, which the kernel gives back when the process ends, however it ends.
func take(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // our own folder
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%w: %s", ErrTaken, dir)
		}
		return nil, err
	}
	return f, nil
}

// Folder is a name as a folder may have it.
func Folder(name string) string {
	clean := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, name)
	if clean == name {
		return name
	}
	return fmt.Sprintf("%s-%x", clean, name) // two names are two folders
}
