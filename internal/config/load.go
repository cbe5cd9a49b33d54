package config

import (
	"fmt"
	"os"
	"strings"

	"github.com/caarlos0/env/v11"
)

// prefix begins the name of every variable.
const prefix = "RODADA_"

// Load reads the configuration from the environment. A secret may come from a file: RODADA_TOKEN_SECRET_FILE names the file
// that holds RODADA_TOKEN_SECRET, as Docker and Kubernetes mount secrets. What is set wrongly is an error that names it.
func Load() (Config, error) { return Read(os.Environ()) }

// Read is Load from a list of NAME=value.
func Read(environ []string) (Config, error) {
	vars, err := withFiles(environ)
	if err != nil {
		return Config{}, err
	}
	if err := wrongKinds(vars); err != nil {
		return Config{}, err
	}
	c, err := env.ParseAsWithOptions[Config](env.Options{Prefix: prefix, Environment: vars})
	if err != nil {
		return Config{}, fmt.Errorf("configuration: %w", err)
	}
	return c, c.Validate()
}

func withFiles(environ []string) (map[string]string, error) {
	vars := env.ToMap(environ)
	for name, path := range vars {
		target, isFile := strings.CutSuffix(name, "_FILE")
		if !isFile || !strings.HasPrefix(name, prefix) || path == "" {
			continue
		}
		if vars[target] != "" {
			return nil, fmt.Errorf("configuration: set %s or %s, not both", target, name)
		}
		content, err := os.ReadFile(path) //nolint:gosec // the operator names the file
		if err != nil {
			return nil, fmt.Errorf("configuration: %s: %w", name, err)
		}
		vars[target] = strings.TrimRight(string(content), "\r\n")
	}
	return vars, nil
}

// Environ is the environment for a process that shall have this configuration, for the settings that differ from one stack
// to the next.
func Environ(vars map[string]string) []string {
	list := os.Environ()
	for name, value := range vars {
		list = append(list, prefix+name+"="+value)
	}
	return list
}
