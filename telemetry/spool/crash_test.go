package spool_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/telemetry/spool"
)

// files are the log's, from the oldest to the newest.
func files(t require.TestingT, dir string) []string {
	all, err := filepath.Glob(filepath.Join(dir, "[0-9]*"))
	require.NoError(t, err)
	slices.Sort(all)
	return all
}

func write(t require.TestingT, file string, data []byte) {
	require.NoError(t, os.WriteFile(file, data, 0o600))
}

// A write is cut at every byte of it: what was appended before is there, and the spool goes on.
func TestTornEnd(t *testing.T) {
	dir := t.TempDir()
	s := open(t, spool.Options{Dir: dir})
	add(t, s, "first ")
	add(t, s, "second ")
	whole, err := os.ReadFile(files(t, dir)[0])
	require.NoError(t, err)
	add(t, s, "third ")
	longer, err := os.ReadFile(files(t, dir)[0])
	require.NoError(t, err)
	for name, torn := range map[string]func(cut int) []byte{
		"short":   func(cut int) []byte { return longer[:cut] },
		"zeros":   func(cut int) []byte { return append(slices.Clone(longer[:cut]), make([]byte, len(longer)-cut)...) },
		"garbage": func(cut int) []byte { return append(slices.Clone(longer[:cut]), strings.Repeat("\xff\x81", 40)...) },
	} {
		t.Run(name, func(t *testing.T) {
			for cut := len(whole); cut < len(longer); cut++ {
				again := t.TempDir()
				write(t, filepath.Join(again, filepath.Base(files(t, dir)[0])), torn(cut))
				s := open(t, spool.Options{Dir: again})
				add(t, s, "next")
				got, mark := rest(t, s, 100)
				require.Equal(t, "first second next", got)
				require.NoError(t, s.Done(mark))
				require.Zero(t, s.State().Lost)
				require.NoError(t, s.Close())
			}
		})
	}
}

// Damage in the middle of the newest file costs what was damaged and nothing behind it.
func TestDamageInTheNewestFile(t *testing.T) {
	dir := t.TempDir()
	s := open(t, spool.Options{Dir: dir})
	for n := range 20 {
		add(t, s, fmt.Sprintf("block-%02d ", n))
	}
	require.NoError(t, s.Close())
	name := filepath.Base(files(t, dir)[0])
	whole, err := os.ReadFile(files(t, dir)[0])
	require.NoError(t, err)
	for at := range whole {
		damaged := slices.Clone(whole)
		damaged[at] ^= 0x55
		again := t.TempDir()
		write(t, filepath.Join(again, name), damaged)
		s := open(t, spool.Options{Dir: again})
		got, _ := rest(t, s, 1)
		require.Len(t, strings.Fields(got), 19, "byte %d: %s", at, got)
		require.NoError(t, s.Close())
	}
}

// An older file was whole once. When it can't be read any more, it is kept aside and the next one follows.
func TestDamageInAnOlderFile(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, file string){
		"short":   func(t *testing.T, file string) { t.Helper(); require.NoError(t, os.Truncate(file, 300)) },
		"missing": func(t *testing.T, file string) { t.Helper(); require.NoError(t, os.Remove(file)) },
		"a byte": func(t *testing.T, file string) {
			t.Helper()
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			data[len(data)/2]++
			write(t, file, data)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, spool.Options{Dir: dir, Segment: 1 << 10})
			for n := range 100 {
				add(t, s, fmt.Sprintf("block-%03d ", n))
			}
			require.NoError(t, s.Close())
			damage(t, files(t, dir)[1])
			s = open(t, spool.Options{Dir: dir, Segment: 1 << 10})
			got, mark := rest(t, s, 1)
			words := strings.Fields(got)
			lost := s.State().Lost.Corrupt
			require.Positive(t, lost)
			require.Less(t, lost, int64(60))
			require.Len(t, words, 100-int(lost))
			require.True(t, slices.IsSorted(words))
			require.Equal(t, "block-099", words[len(words)-1])
			require.NoError(t, s.Done(mark))
			add(t, s, "next")
			got, _ = rest(t, s, 1)
			require.Equal(t, "next", got)
		})
	}
}

// life is a spool and what must be in it.
type life struct {
	base, dir             string
	deaths                int
	s                     *spool.Spool
	mark                  spool.Mark
	appended, taken, done int
}

func (l *life) open(t require.TestingT) {
	s, err := spool.Open(spool.Options{Dir: l.dir, Segment: 600, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	l.s, l.mark = s, 0
}

// take checks that the next blocks follow in order.
func (l *life) take(t *rapid.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got, mark, err := l.s.Take(ctx, nil, rapid.IntRange(1, 500).Draw(t, "limit"))
	if err != nil {
		require.Equal(t, l.appended, l.taken, "there is more")
		return
	}
	for _, word := range strings.Fields(string(got)) {
		require.Equal(t, fmt.Sprint(l.taken), strings.TrimRight(word, "x"))
		l.taken++
	}
	l.mark = mark
}

// die goes on with the folder as the kill left it, with a write that was under way. What was done may come again.
func (l *life) die(t *rapid.T) {
	l.deaths++
	dead := l.dir
	l.dir = fmt.Sprintf("%s-%d", l.base, l.deaths)
	require.NoError(t, os.CopyFS(l.dir, os.DirFS(dead)))
	require.NoError(t, l.s.Close())
	all := files(t, l.dir)
	f, err := os.OpenFile(all[len(all)-1], os.O_WRONLY|os.O_APPEND, 0o600)
	require.NoError(t, err)
	_, err = f.Write(rapid.SliceOfN(rapid.Byte(), 0, 50).Draw(t, "torn"))
	require.NoError(t, errors.Join(err, f.Close()))
	l.open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got, _, err := l.s.Take(ctx, nil, 1)
	l.taken = l.appended
	if err == nil {
		first, err := strconv.Atoi(strings.TrimRight(strings.TrimSpace(string(got)), "x"))
		require.NoError(t, err)
		require.LessOrEqual(t, first, l.done, "what is not done is there")
		l.taken = first + 1
	} else {
		require.Equal(t, l.appended, l.done, "nothing is there, but not all was done")
	}
	require.Zero(t, l.s.State().Lost)
}

// Whatever is done, and whenever the process is killed: nothing that was appended and is not done is missing, or out of order.
func TestAnyLife(t *testing.T) {
	base, lives := t.TempDir(), 0
	rapid.Check(t, func(t *rapid.T) {
		lives++
		l := life{base: filepath.Join(base, strconv.Itoa(lives))}
		l.dir = l.base
		l.open(t)
		defer func() { require.NoError(t, l.s.Close()) }()
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"append", "append", "append", "take", "take", "done", "kill"}).Draw(t, "step") {
			case "append":
				body := fmt.Sprintf("%d%s ", l.appended, strings.Repeat("x", rapid.IntRange(0, 200).Draw(t, "size")))
				require.NoError(t, l.s.Append([]byte(body), 1))
				l.appended++
			case "take":
				l.take(t)
			case "done":
				if l.mark != 0 {
					require.NoError(t, l.s.Done(l.mark))
					l.done = l.taken
				}
			case "kill":
				l.die(t)
			}
		}
	})
}

// FuzzOpen: whatever is in the file, the spool opens and works.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(nil), []byte("x"))
	f.Add([]byte("\x04RSB1"), []byte("\x00\x00"))
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), []byte("RSB1"))
	f.Fuzz(func(t *testing.T, older, newer []byte) {
		dir := t.TempDir()
		write(t, filepath.Join(dir, fmt.Sprintf("%020d", 1)), older)
		write(t, filepath.Join(dir, fmt.Sprintf("%020d", 7)), newer)
		s := open(t, spool.Options{Dir: dir})
		add(t, s, "next")
		got, mark := rest(t, s, 1)
		require.True(t, strings.HasSuffix(got, "next"))
		require.NoError(t, s.Done(mark))
		require.NoError(t, s.Close())
	})
}

func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("none", dir, "tmpfs", 0, "size=256k"); err != nil {
		t.Skip("takes a disk of its own, which only root may make:", err)
	}
	defer func() { require.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH)) }()
	s := open(t, spool.Options{Dir: dir, Segment: 32 << 10, Limit: 1 << 30})
	appended, refused := 0, 0
	for n := range 200 {
		body := []byte(fmt.Sprintf("%03d%s\n", n, strings.Repeat("x", 4000)))
		err := s.Append(body, 1)
		for try := 0; err != nil && try < 3; try++ { // as whoever appends does
			require.ErrorIs(t, err, syscall.ENOSPC)
			refused++
			err = s.Append(body, 1)
		}
		require.NoError(t, err)
		appended++
	}
	require.Positive(t, refused)
	got, mark := rest(t, s, 1<<20)
	words := strings.Fields(got)
	require.EqualValues(t, appended-len(words), s.State().Lost.Full)
	require.Equal(t, "199", words[len(words)-1][:3])
	require.NoError(t, s.Done(mark))
	require.NoError(t, s.Close())
}
