package history

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// retainPolicy is Retain on InfluxDB 1.8, where a bucket is a database and one of its retention policies.
func (m *management) retainPolicy(ctx context.Context, keep time.Duration) (changed bool, err error) {
	database, policy, named := strings.Cut(m.access.Bucket, "/")
	if !named {
		policy = "autogen" // what every new database has, and what a bucket without one means
	}
	rows, err := m.influxQL(ctx, "SHOW RETENTION POLICIES ON "+identifier(database))
	if err != nil && !strings.Contains(err.Error(), "database not found") {
		return false, err
	}
	if err != nil {
		if _, err := m.influxQL(ctx, "CREATE DATABASE "+identifier(database)); err != nil {
			return false, err
		}
		if rows, err = m.influxQL(ctx, "SHOW RETENTION POLICIES ON "+identifier(database)); err != nil {
			return false, err
		}
		changed = true
	}
	verb := "CREATE"
	for _, row := range rows {
		if row["name"] != policy {
			continue
		}
		if had, err := time.ParseDuration(fmt.Sprint(row["duration"])); err == nil && had == keep {
			return changed, nil
		}
		verb = "ALTER"
	}
	_, err = m.influxQL(ctx, fmt.Sprintf("%s RETENTION POLICY %s ON %s DURATION %s REPLICATION 1 SHARD DURATION %s",
		verb, identifier(policy), identifier(database), influxDuration(keep), influxDuration(shardsOf(keep))))
	return true, err
}

// influxQL runs a statement and gives its rows by column.
func (m *management) influxQL(ctx context.Context, statement string) ([]map[string]any, error) {
	var answer struct {
		Results []struct {
			Error  string
			Series []struct {
				Columns []string
				Values  [][]any
			}
		}
	}
	if err := m.call(ctx, http.MethodPost, "/query", url.Values{"q": {statement}}, nil, &answer); err != nil {
		return nil, err
	}
	var rows []map[string]any
	for _, result := range answer.Results {
		if result.Error != "" {
			return nil, &RefusedError{Status: http.StatusOK, Why: result.Error}
		}
		for _, s := range result.Series {
			for _, values := range s.Values {
				row := make(map[string]any, len(values))
				for i, column := range s.Columns[:min(len(s.Columns), len(values))] {
					row[column] = values[i]
				}
				rows = append(rows, row)
			}
		}
	}
	return rows, nil
}

// identifier is a name as InfluxQL writes it.
func identifier(name string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(name) + `"`
}

func influxDuration(d time.Duration) string {
	if d == 0 {
		return "INF"
	}
	return fmt.Sprintf("%ds", int64(d/time.Second))
}
