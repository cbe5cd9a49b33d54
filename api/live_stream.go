package api

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/staff"
)

// watchScooters is GET /admin/v1/scooters/stream.
type watchScooters struct {
	*hub
	members memberStore
	recheck time.Duration // how often it is asked whether the client may still see this
}

type watchScootersIn struct {
	LastEventID string `header:"Last-Event-ID" maxLength:"64" doc:"The id of the last event that was taken in. Then only what changed since is sent, while that is known."`
}

// MapSnapshot is a part of all scooters.
type MapSnapshot struct {
	Scooters []MapScooter `json:"scooters" doc:"At most 1000."`
	First    bool         `json:"first" doc:"Forget what was on the map before."`
	Last     bool         `json:"last" doc:"This was all of them. Only this part has an id."`
}

// MapChanges are scooters that changed, each as it is now and once.
type MapChanges struct {
	Scooters []MapScooter `json:"scooters"`
}

// MapEnd says why the stream ends.
type MapEnd struct {
	Code string `json:"code" doc:"A problem's code: the permission is gone, for instance."`
}

const (
	snapshotPart = 1000
	// resumeSlack is how much earlier than its last change a client may have last been told who is silent.
	resumeSlack = 5 * time.Second
)

func (watchScooters) Meta() meta {
	return meta{
		ID: "watch-scooters", Summary: "The map of the fleet as it changes",
		Description: "First all scooters in parts (`snapshot`), then every second at most the ones that changed (`changes`): place, battery, speed, status, " +
			"hold, offline and back. A client that comes back with Last-Event-ID gets what changed meanwhile, or a new snapshot. A slow " +
			"client misses states in between and never the last one. `end` comes when the permission is gone; don't come back then.",
		Faults: []*fault.Error{fleet.ErrMapAway},
		Events: map[string]any{"snapshot": MapSnapshot{}, "changes": MapChanges{}, "end": MapEnd{}},
	}
}

func (e watchScooters) Execute(ctx context.Context, in *watchScootersIn) (*streamOut, error) {
	if _, err := e.changes.Now(ctx); err != nil {
		return nil, fleet.ErrMapAway.Because(err)
	}
	who := memberFrom(ctx).ID
	return stream(ctx, func(ctx context.Context, send func(event) error) error {
		w, leave, err := e.join(ctx)
		if err != nil {
			return err
		}
		defer leave()
		if err := e.open(ctx, in.LastEventID, send); err != nil {
			return err
		}
		ticker := time.NewTicker(e.recheck)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-ticker.C:
				if member, err := e.members.StaffByID(ctx, who); err == nil && !member.May(staff.View) || turnedAway(err) {
					return send(event{Name: "end", Data: MapEnd{Code: staff.ErrPermission.Code}})
				}
			case <-w.wake:
				if err := e.news(ctx, w, send); err != nil {
					return err
				}
			}
		}
	}), nil
}

// turnedAway tells a refusal, such as that there is no such member any more, from an outage of the books.
func turnedAway(err error) bool {
	f, is := fault.From(err)
	return is && f.Code != fault.ErrAway.Code
}

// open brings a client up to date: from where it was, if that is known, or from the beginning.
func (e watchScooters) open(ctx context.Context, cursor string, send func(event) error) error {
	if cursor != "" {
		if told, err := e.resume(ctx, cursor, send); told || err != nil {
			return err
		}
	}
	return e.start(ctx, send)
}

func (e watchScooters) resume(ctx context.Context, cursor string, send func(event) error) (told bool, err error) {
	now := e.now()
	scooters, last, kept, err := e.since(ctx, cursor, e.changes.At(cursor).Add(-e.silence-resumeSlack), now.Add(-e.silence))
	if err != nil || !kept || len(scooters) == 0 {
		return kept, err
	}
	return true, send(changed(scooters, last))
}

func (e watchScooters) start(ctx context.Context, send func(event) error) error {
	all, err := e.all(ctx)
	if err != nil {
		return err
	}
	parts := slices.Collect(slices.Chunk(all.scooters, snapshotPart))
	if len(parts) == 0 {
		parts = [][]json.RawMessage{{}}
	}
	for i, part := range parts {
		last := i == len(parts)-1
		out := event{Name: "snapshot", Data: mapPart{part, i == 0, last}}
		if last {
			out.ID = all.cursor
		}
		if err := send(out); err != nil {
			return err
		}
	}
	_, err = e.resume(ctx, all.cursor, send) // what changed since that snapshot was made, for whoever it was made
	return err
}

// news sends what the hub has for the client.
func (e watchScooters) news(ctx context.Context, w *watcher, send func(event) error) error {
	scooters, cursor, lost := w.take()
	switch {
	case lost:
		return e.start(ctx, send)
	case len(scooters) > 0:
		return send(changed(scooters, cursor))
	}
	return nil
}

// mapPart and mapNews are MapSnapshot and MapChanges with scooters that are JSON already.
type mapPart struct {
	Scooters []json.RawMessage `json:"scooters"`
	First    bool              `json:"first"`
	Last     bool              `json:"last"`
}

type mapNews struct {
	Scooters []json.RawMessage `json:"scooters"`
}

func changed(scooters map[string]json.RawMessage, cursor string) event {
	news := mapNews{Scooters: make([]json.RawMessage, 0, len(scooters))}
	for _, shown := range scooters {
		news.Scooters = append(news.Scooters, shown)
	}
	return event{ID: cursor, Name: "changes", Data: news}
}
