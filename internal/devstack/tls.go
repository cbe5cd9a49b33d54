package devstack

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
)

// TLS has the services show a certificate and speak nothing but TLS: Postgres, Redis (the program), InfluxDB and MQTT. Temporal's
// development server knows none.
type TLS struct {
	Cert, Key string // files
	// ClientCA is a file with the authorities that whoever connects must have a certificate of. Empty: nobody needs one. InfluxDB asks
	// nobody for one.
	ClientCA string
}

// used reports whether the services speak TLS.
func (t TLS) used() bool { return t.Cert != "" }

// config is for servers in this process.
func (t TLS) config() (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(t.Cert, t.Key)
	if err != nil {
		return nil, err
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}
	if t.ClientCA != "" {
		text, err := os.ReadFile(t.ClientCA)
		if err != nil {
			return nil, err
		}
		c.ClientCAs, c.ClientAuth = x509.NewCertPool(), tls.RequireAndVerifyClientCert
		if !c.ClientCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s holds no certificate", t.ClientCA)
		}
	}
	return c, nil
}

// redis is how Redis is told.
func (t TLS) redis(port string) []string {
	if !t.used() {
		return []string{"--port", port}
	}
	args := []string{"--port", "0", "--tls-port", port, "--tls-cert-file", t.Cert, "--tls-key-file", t.Key, "--tls-auth-clients", "no"}
	if t.ClientCA != "" {
		args[len(args)-1] = "yes"
		args = append(args, "--tls-ca-cert-file", t.ClientCA)
	}
	return args
}

// mosquitto is how Mosquitto is told, after its listener.
func (t TLS) mosquitto() string {
	if !t.used() {
		return ""
	}
	lines := fmt.Sprintf("certfile %s\nkeyfile %s\n", t.Cert, t.Key)
	if t.ClientCA != "" {
		lines += fmt.Sprintf("cafile %s\nrequire_certificate true\n", t.ClientCA)
	}
	return lines
}

// postgres puts the files where Postgres' user may read them and nobody else, closes every way but TLS, on which all but the owner have a
// password, and is how the program is told.
func (t TLS) postgres(dir string, user *runAs) ([]string, error) {
	if !t.used() {
		return nil, nil
	}
	files := map[string]string{"server.crt": t.Cert, "server.key": t.Key}
	args := []string{"-c", "ssl=on", "-c", "ssl_cert_file=server.crt", "-c", "ssl_key_file=server.key"}
	clients := ""
	if t.ClientCA != "" {
		files["clients.crt"], clients = t.ClientCA, " clientcert=verify-ca"
		args = append(args, "-c", "ssl_ca_file=clients.crt")
	}
	texts := map[string][]byte{"pg_hba.conf": fmt.Appendf(nil,
		"hostssl all %[1]s 127.0.0.1/32 trust%[2]s\nhostssl all all 127.0.0.1/32 scram-sha-256%[2]s\n", postgresUser, clients)}
	for name, from := range files {
		text, err := os.ReadFile(from) //nolint:gosec // named by whoever starts the stack
		if err != nil {
			return nil, err
		}
		texts[name] = text
	}
	for name, text := range texts {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, text, 0o600); err != nil {
			return nil, err
		}
		if user == nil {
			continue
		}
		if err := os.Chown(file, user.uid, user.gid); err != nil {
			return nil, err
		}
	}
	return args, nil
}
