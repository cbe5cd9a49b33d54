package api

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"time"

	"rodada/domain/zone"
	"rodada/geo"
)

// zoneMaps is the newest set as it is sent, encoded once: thousands of zones are megabytes, and every rider's app asks for them.
type zoneMaps struct {
	exact bool
	mu    sync.Mutex
	last  *zoneMap
}

// of is the map of a set at a moment: what is over is not on it. Features of before are taken as they are: a version of a zone never changes.
func (m *zoneMaps) of(set zone.Set, now time.Time) (*zoneMap, error) {
	over := overAt(set, now)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.last != nil && m.last.set.Version == set.Version && m.last.over == over {
		return m.last, nil
	}
	next, err := encodeMap(set, now, m.exact, m.last)
	if err == nil && (m.last == nil || set.Version >= m.last.set.Version) {
		m.last = next
	}
	return next, err
}

// zoneMap is a set, encoded.
type zoneMap struct {
	set      zone.Set
	now      time.Time
	over     int // how many of its zones were over then
	head     []byte
	features map[[2]int64][]byte // by ID and version
	whole    []byte
	zipped   func() ([]byte, error)
}

const mapTail = "]}"

// overAt is how many zones of a set are over.
func overAt(set zone.Set, now time.Time) (n int) {
	for _, z := range set.Zones {
		if z.Over(now) {
			n++
		}
	}
	return n
}

// tag names a map: what is on it changes with the set, and when a zone is over.
func (m *zoneMap) tag() string {
	if m.over > 0 {
		return fmt.Sprintf("zones-%d-%d", m.set.Version, m.over)
	}
	return fmt.Sprintf("zones-%d", m.set.Version)
}

func encodeMap(set zone.Set, now time.Time, exact bool, known *zoneMap) (*zoneMap, error) {
	m := &zoneMap{set: set, now: now, over: overAt(set, now), features: make(map[[2]int64][]byte, len(set.Zones))}
	rules := []zone.Rule{}
	for _, z := range set.Zones {
		id := [2]int64{z.ID, z.Version}
		if z.Over(now) {
			continue
		}
		if z.Everywhere {
			rules = z.Rules
			continue
		}
		if known != nil && known.features[id] != nil {
			m.features[id] = known.features[id]
			continue
		}
		text, err := encodeFeature(z, exact)
		if err != nil {
			return nil, err
		}
		m.features[id] = text
	}
	global, err := json.Marshal(rules)
	if err != nil {
		return nil, err
	}
	m.head = fmt.Appendf(nil, `{"type":"FeatureCollection","version":%d,"global_rules":%s,"features":[`, set.Version, global)
	m.whole = m.with(func(zone.Zone) bool { return true })
	m.zipped = sync.OnceValues(func() ([]byte, error) {
		var out bytes.Buffer
		w, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(m.whole); err != nil {
			return nil, err
		}
		err = w.Close() // before the bytes are complete
		return out.Bytes(), err
	})
	return m, nil
}

// in is the map with the zones that may lie in a box.
func (m *zoneMap) in(box geo.Box) []byte {
	return m.with(func(z zone.Zone) bool { return z.Area.Touches(box) })
}

func (m *zoneMap) with(wanted func(zone.Zone) bool) []byte {
	text, first := bytes.Clone(m.head), true
	for _, z := range m.set.Zones {
		if z.Everywhere || z.Over(m.now) || !wanted(z) {
			continue
		}
		if !first {
			text = append(text, ',')
		}
		text, first = append(text, m.features[[2]int64{z.ID, z.Version}]...), false
	}
	return append(text, mapTail...)
}

func encodeFeature(z zone.Zone, exact bool) ([]byte, error) {
	properties, err := json.Marshal(FeatureRules{showRules(z.Draft), z.Version})
	if err != nil {
		return nil, err
	}
	shape := z.Geometry
	if !exact {
		g, err := geometryOf(z)
		if err != nil {
			return nil, err
		}
		shape = fmt.Appendf(nil, `{"type":%q,"coordinates":`, g.Type)
		shape = append(rounded(shape, g.Coordinates), '}')
	}
	return fmt.Appendf(nil, `{"type":"Feature","id":%d,"geometry":%s,"properties":%s}`, z.ID, shape, properties), nil
}

// rounded appends coordinates with six decimals; what is no place in them is left out.
func rounded(text []byte, coordinates []any) []byte {
	text = append(text, '[')
	for i, each := range coordinates {
		number, is := each.(float64)
		if is && i == 2 {
			break // a height
		}
		if i > 0 {
			text = append(text, ',')
		}
		if is {
			text = bytes.TrimSuffix(bytes.TrimRight(strconv.AppendFloat(text, number, 'f', 6, 64), "0"), []byte("."))
			continue
		}
		inner, _ := each.([]any)
		text = rounded(text, inner)
	}
	return append(text, ']')
}
