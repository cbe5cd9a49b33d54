package roles

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rodada/domain/letter"
	"rodada/internal/config"
	"rodada/postgres"
	"rodada/providers/mail"
	"rodada/seal"
	"rodada/worker"
)

// sendLetters sends riders' mails until ctx ends.
func sendLetters(ctx context.Context, c config.Config, store *postgres.Store, keys seal.Keys, registry prometheus.Registerer, log *slog.Logger) (done <-chan struct{}, err error) {
	const every = time.Second
	send, err := mailer(c.Mail, log)
	if err != nil {
		return nil, err
	}
	letters := &worker.Letters{Store: store, Send: send, Now: time.Now, Log: log, Count: worker.NewLetterAttempts(registry)}
	if !keys.Empty() {
		letters.Open = keys.Open
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		letters.Run(ctx, every)
	}()
	return over, nil
}

// mailer is the way that mails take here.
func mailer(c config.Mail, log *slog.Logger) (func(context.Context, letter.Letter) error, error) {
	switch {
	case c.SMTP != "":
		server, err := mail.NewServer(mail.Options{Addr: c.SMTP, Security: mail.Security(c.TLS), Username: c.Username, Password: c.Password, From: c.From})
		return server.Send, err
	case c.Dir != "":
		folder, err := mail.NewFolder(c.Dir, c.From, log)
		return folder.Send, err
	}
	log.Warn("no mail goes out, so nobody can register: set RODADA_MAIL_SMTP")
	return mail.Nowhere, nil
}
