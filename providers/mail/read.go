package mail

import (
	"io"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

var codeForm = regexp.MustCompile(`\b([0-9]{6}|[2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5})\b`)

// CodeTo is the code in the newest mail to an address in a Folder, as its reader would type it; false while there is none. The demo
// and tests read their mails with it.
func CodeTo(dir, address string) (code string, found bool) {
	files, err := filepath.Glob(filepath.Join(dir, "*.eml"))
	if err != nil {
		return "", false
	}
	var newest time.Time
	for _, file := range files {
		about, err := os.Stat(file)
		if err != nil || found && !about.ModTime().After(newest) {
			continue
		}
		if in := codeIn(file, address); in != "" {
			code, found, newest = in, true, about.ModTime()
		}
	}
	return code, found
}

// codeIn is the code in one mail, if that is to the address.
func codeIn(file, address string) string {
	f, err := os.Open(file) //nolint:gosec // our own folder
	if err != nil {
		return ""
	}
	defer f.Close()
	m, err := mail.ReadMessage(f)
	if err != nil {
		return ""
	}
	to, err := m.Header.AddressList("To")
	if err != nil || len(to) != 1 || !strings.EqualFold(to[0].Address, address) {
		return ""
	}
	text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		return ""
	}
	return codeForm.FindString(string(text))
}
