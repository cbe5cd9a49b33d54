package history

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// rule is how long a bucket of InfluxDB 2 keeps points; none means for ever.
type rule struct {
	Type         string `json:"type"`
	EverySeconds int64  `json:"everySeconds"`
	ShardSeconds int64  `json:"shardGroupDurationSeconds,omitempty"`
}

type bucket struct {
	ID    string `json:"id,omitempty"`
	OrgID string `json:"orgID,omitempty"`
	Name  string `json:"name,omitempty"`
	Rules []rule `json:"retentionRules"`
}

// keeps is how long, in seconds; 0: for ever.
func (b bucket) keeps() (seconds int64) {
	for _, r := range b.Rules {
		if r.Type == "expire" {
			seconds = r.EverySeconds
		}
	}
	return seconds
}

// retainBucket is Retain on InfluxDB 2.
func (m *management) retainBucket(ctx context.Context, keep time.Duration) (changed bool, err error) {
	var found struct {
		Buckets []bucket `json:"buckets"`
	}
	err = m.call(ctx, http.MethodGet, "/api/v2/buckets", url.Values{"org": {m.access.Org}, "name": {m.access.Bucket}}, nil, &found)
	if err != nil && !isUnknown(err) {
		return false, err
	}
	rules := []rule{{Type: "expire", EverySeconds: int64(keep / time.Second), ShardSeconds: int64(shardsOf(keep) / time.Second)}}
	if len(found.Buckets) == 0 {
		return m.createBucket(ctx, rules)
	}
	had := found.Buckets[0]
	if had.keeps() == rules[0].EverySeconds {
		return false, nil
	}
	return true, m.call(ctx, http.MethodPatch, "/api/v2/buckets/"+url.PathEscape(had.ID), nil, bucket{Rules: rules}, nil)
}

func (m *management) createBucket(ctx context.Context, rules []rule) (changed bool, err error) {
	var found struct {
		Orgs []struct {
			ID string `json:"id"`
		} `json:"orgs"`
	}
	if err := m.call(ctx, http.MethodGet, "/api/v2/orgs", url.Values{"org": {m.access.Org}}, nil, &found); err != nil {
		return false, err
	}
	if len(found.Orgs) == 0 {
		return false, &RefusedError{Status: http.StatusNotFound, Why: "there is no organisation " + m.access.Org}
	}
	fresh := bucket{OrgID: found.Orgs[0].ID, Name: m.access.Bucket, Rules: rules}
	return true, m.call(ctx, http.MethodPost, "/api/v2/buckets", nil, fresh, nil)
}
