package devstack

import (
	"bytes"
	"io"
	"os"
	"strings"
)

// tailSize is enough for the last line of any log.
const tailSize = 8 << 10

// lastLine is the last thing a log says, or nothing.
func lastLine(file string) string {
	f, err := os.Open(file) //nolint:gosec // a log of ours
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.Size() > tailSize {
		if _, err := f.Seek(-tailSize, io.SeekEnd); err != nil {
			return ""
		}
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return ""
	}
	text = bytes.TrimSpace(text)
	return strings.TrimSpace(string(text[bytes.LastIndexByte(text, '\n')+1:]))
}
