package mail

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"rodada/domain/letter"
)

// Folder puts mails where a developer can read them, one .eml file each. The log says which file, and not what is in it.
type Folder struct {
	dir, from string
	log       *slog.Logger
}

// NewFolder makes the folder if need be.
func NewFolder(dir, from string, log *slog.Logger) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("mail: RODADA_MAIL_DIR: %w", err)
	}
	return &Folder{dir: dir, from: from, log: log}, nil
}

// Send writes the file of a letter, whole or not at all. A letter that comes again writes it again.
func (f *Folder) Send(ctx context.Context, l letter.Letter) error {
	m, err := compose(l, f.from, time.Now())
	if err != nil {
		return err
	}
	temporary, err := os.CreateTemp(f.dir, "."+l.ID+"-*")
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	defer os.Remove(temporary.Name()) // after it got its name it is not there
	_, err = m.WriteTo(temporary)
	if closed := temporary.Close(); err == nil {
		err = closed
	}
	file := filepath.Join(f.dir, l.ID+".eml")
	if err == nil {
		err = os.Rename(temporary.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	f.log.InfoContext(ctx, "a mail lies in the folder", "file", file, "kind", l.Kind)
	return nil
}
