package postgres

import (
	"maps"
	"reflect"
	"time"

	"rodada/domain/fleet"
	"rodada/domain/staff"
	"rodada/domain/station"
)

// facts is a row as the audit log shows it.
type facts map[string]any

// dated is a time as a fact; nil is "not yet" or "never".
func dated(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC()
}

// changed is a deed with what it changed alone: facts that are the same before and after are left out.
func changed(d staff.Deed, before, after facts) staff.Deed {
	same := func(name string, v any) bool { return reflect.DeepEqual(before[name], v) }
	differing := maps.Clone(after)
	maps.DeleteFunc(differing, same)
	was := facts{}
	for name := range differing {
		was[name] = before[name]
	}
	d.Before, d.After = was, differing
	return d
}

func scooterFacts(s fleet.Scooter) facts {
	return facts{
		"qr_code": s.QRCode, "imei": s.IMEI, "model": s.Model.Name, "service": s.Service, "reason": s.Reason,
		"station": s.Station, "limit_kmh": s.LimitKmh, "note": s.Note,
	}
}

func modelFacts(m fleet.Model) facts {
	return facts{
		"name": m.Name, "strict_json": m.StrictJSON, "lowercase_length": m.LowercaseLength,
		"max_kmh": m.MaxKmh, "range_meters": m.RangeMeters,
	}
}

func stationFacts(s station.Station) facts {
	return facts{
		"short_name": s.ShortName, "name": s.Name, "address": s.Address, "position": s.Position, "capacity": s.Capacity,
		"charging": s.Charging, "state": s.State, "note": s.Note,
	}
}
