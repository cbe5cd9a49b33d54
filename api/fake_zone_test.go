package api_test

import (
	"context"
	"slices"

	"rodada/domain/fault"
	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/domain/zone"
)

func (s *fakeStore) ZonesOf(_ context.Context, version int64) (zone.Set, error) {
	defer s.lock()()
	switch {
	case version < s.zones.Version: // nobody asks here what was in it
		return zone.Set{Version: version}, s.broken
	case version > s.zones.Version:
		return zone.Set{}, zone.ErrUnknown
	}
	return s.zones, s.broken
}

func (s *fakeStore) FreshZones(ctx context.Context) (zone.Set, error) { return s.Zones(ctx) }

func (s *fakeStore) Zone(_ context.Context, id int64) (zone.Zone, bool, error) {
	defer s.lock()()
	for _, z := range s.zones.Zones {
		if z.ID == id {
			return z, true, s.broken
		}
	}
	return zone.Zone{}, false, zone.ErrUnknown
}

func (s *fakeStore) ZoneVersions(ctx context.Context, id int64) ([]zone.Version, error) {
	z, _, err := s.Zone(ctx, id)
	return []zone.Version{{Zone: z, SinceSet: 1, Since: s.now()}}, err
}

func (s *fakeStore) CreateZones(ctx context.Context, drafts ...zone.Draft) ([]zone.Zone, error) {
	defer s.lock()()
	if s.badZone != nil {
		return nil, s.badZone
	}
	var made []zone.Zone
	for i, d := range drafts {
		s.geojson = d.Geometry
		ofDraft := func(err error) error {
			if f, is := fault.From(err); is && len(drafts) > 1 {
				return f.With("feature", i+1)
			}
			return err
		}
		d, err := d.Checked()
		if err != nil {
			return nil, ofDraft(err)
		}
		s.zonesDrawn++
		z := zone.Zone{ID: s.zonesDrawn, Version: 1, Draft: d}
		if !d.Everywhere {
			if z.Area, err = zone.ParseArea(d.Geometry); err != nil {
				return nil, ofDraft(err)
			}
		}
		made = append(made, z)
	}
	s.zones = zone.NewSet(s.zones.Version+1, append(slices.Clone(s.zones.Zones), made...))
	return made, s.audit(ctx, staff.Deed{Action: "zone.create"})
}

func (s *fakeStore) ImportZones(ctx context.Context, in zone.Import) (zone.Imported, error) {
	s.imports = append(s.imports, in)
	for _, before := range s.imports[:len(s.imports)-1] {
		if before.StaffID == in.StaffID && before.Key == in.Key && before.Digest != in.Digest {
			return zone.Imported{}, rental.ErrKeyReused
		}
	}
	if made, known := s.imported[in.Key]; known {
		return made, s.broken
	}
	if in.Replaces > 0 {
		if in.Replaces != s.zones.Version {
			return zone.Imported{}, zone.ErrChanged
		}
		s.zones.Zones = nil
	}
	zones, err := s.CreateZones(ctx, in.Drafts...)
	made := zone.Imported{Set: s.zones.Version}
	for _, z := range zones {
		made.Zones = append(made.Zones, zone.Named{ID: z.ID, Version: z.Version, Name: z.Name})
	}
	if err == nil {
		if s.imported == nil {
			s.imported = map[string]zone.Imported{}
		}
		s.imported[in.Key] = made
	}
	return made, err
}

func (s *fakeStore) ChangeZone(_ context.Context, id, version int64, d zone.Draft) (zone.Zone, error) {
	defer s.lock()()
	for i, z := range s.zones.Zones {
		if z.ID != id {
			continue
		}
		if z.Version != version {
			return z, zone.ErrChanged
		}
		z.Version, z.Draft = version+1, d
		s.zones.Zones[i] = z
		s.zones = zone.NewSet(s.zones.Version+1, s.zones.Zones)
		return z, s.broken
	}
	return zone.Zone{}, zone.ErrUnknown
}

func (s *fakeStore) OrderZones(_ context.Context, version int64, ids []int64) error {
	defer s.lock()()
	if version != s.zones.Version {
		return zone.ErrChanged
	}
	for i, z := range s.zones.Zones {
		place := slices.Index(ids, z.ID)
		if place < 0 {
			return zone.ErrOrder
		}
		s.zones.Zones[i].Order = place
	}
	s.zones = zone.NewSet(s.zones.Version+1, s.zones.Zones)
	return s.broken
}

func (s *fakeStore) RetireZone(_ context.Context, id, version int64) error {
	defer s.lock()()
	for _, z := range s.zones.Zones {
		if z.ID == id && z.Version != version {
			return zone.ErrChanged.With("version", z.Version)
		}
	}
	s.zones.Zones = slices.DeleteFunc(s.zones.Zones, func(z zone.Zone) bool { return z.ID == id })
	return s.broken
}
