package zone_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/fare"
	"rodada/domain/zone"
	"rodada/geo"
)

var plaza = geo.Point{Lat: 40, Lng: -4}

// ruled is a zone around the plaza.
func ruled(t require.TestingT, name string, half float64, rules ...zone.Rule) zone.Zone {
	return zone.Zone{Draft: zone.Draft{Name: name, Rules: rules}, Area: area(t, ring(plaza.Lat, plaza.Lng, half))}
}

func everywhere(rules ...zone.Rule) zone.Zone {
	return zone.Zone{Draft: zone.Draft{Name: "everywhere", Everywhere: true, Rules: rules}}
}

func TestWhichRuleIsInForce(t *testing.T) {
	slow := zone.Rule{RideStart: true, RideEnd: true, RideThrough: true, MaxKmh: 10}
	heavy := zone.Rule{Models: []string{"7", "8"}}
	later, over := ruled(t, "later", 0.01, slow), ruled(t, "over", 0.01, slow)
	later.Starts, over.Ends = noon.Add(time.Second), noon
	during := ruled(t, "during", 0.01, slow)
	during.Starts, during.Ends = noon, noon.Add(time.Second)
	for name, c := range map[string]struct {
		zones []zone.Zone
		model int64
		want  string // the zone
		rule  zone.Rule
	}{
		"no zone":                          {nil, 7, "", zone.Open},
		"the first of a zone's rules":      {[]zone.Zone{ruled(t, "a", 0.01, heavy, slow)}, 7, "a", heavy},
		"a rule for other models":          {[]zone.Zone{ruled(t, "a", 0.01, heavy, slow)}, 9, "a", slow},
		"no model is known":                {[]zone.Zone{ruled(t, "a", 0.01, heavy, slow)}, 0, "a", slow},
		"a zone without a rule for it":     {[]zone.Zone{ruled(t, "a", 0.01, heavy), ruled(t, "b", 0.02, slow)}, 9, "b", slow},
		"not yet":                          {[]zone.Zone{later, ruled(t, "b", 0.02, heavy)}, 7, "b", heavy},
		"not any more":                     {[]zone.Zone{over, ruled(t, "b", 0.02, heavy)}, 7, "b", heavy},
		"just now":                         {[]zone.Zone{during, ruled(t, "b", 0.02, heavy)}, 7, "during", slow},
		"everywhere, whatever its order":   {[]zone.Zone{everywhere(heavy), ruled(t, "a", 0.01, slow)}, 7, "a", slow},
		"everywhere else":                  {[]zone.Zone{everywhere(heavy), {Draft: zone.Draft{Rules: []zone.Rule{slow}}, Area: area(t, ring(41, -4, 0.1))}}, 7, "everywhere", heavy},
		"everywhere, but not for this one": {[]zone.Zone{everywhere(heavy)}, 9, "", zone.Open},
	} {
		t.Run(name, func(t *testing.T) {
			v := zone.NewSet(1, c.zones).Judge(plaza, zone.Case{ModelID: c.model, At: noon})
			require.Equal(t, c.rule, v.Rule)
			if c.want == "" {
				require.Nil(t, v.Zone)
				return
			}
			require.Equal(t, c.want, v.Zone.Name)
		})
	}
}

// A zone that has not begun, or is for others, allows nobody to end in it, and so forbids nobody to end elsewhere.
func TestOutsideOfZonesThatAreNotForThis(t *testing.T) {
	for name, z := range map[string]zone.Zone{
		"for another model": ruled(t, "a", 0.01, zone.Rule{Models: []string{"1"}, RideEnd: true}),
		"not yet":           {Draft: zone.Draft{Rules: []zone.Rule{zone.Open}, Starts: noon.Add(1)}, Area: area(t, ring(40, -4, 0.01))},
	} {
		_, _, allowed := zone.NewSet(1, []zone.Zone{z}).MayEnd(geo.Point{Lat: 41, Lng: -4}, zone.Case{ModelID: 7, At: noon})
		require.True(t, allowed, name)
	}
}

func TestMayStart(t *testing.T) {
	shut := zone.Rule{RideEnd: true, RideThrough: true}
	s := zone.NewSet(1, []zone.Zone{ruled(t, "market", 0.001, shut)})
	v, nearest, allowed := s.MayStart(plaza, zone.Case{At: noon})
	require.False(t, allowed)
	require.Equal(t, "market", v.Zone.Name)
	require.Empty(t, nearest.Zone)
	require.InDelta(t, 86, nearest.Meters, 2)
	_, nearest, allowed = s.MayStart(nearest.Point, zone.Case{At: noon})
	require.True(t, allowed)
	require.Nil(t, nearest)
}

func TestEndAtAStation(t *testing.T) {
	docked := zone.Rule{RideEnd: true, RideThrough: true, StationParking: true}
	s := zone.NewSet(1, []zone.Zone{ruled(t, "centre", 0.01, docked), ruled(t, "suburb", 0.02, zone.Open)})
	require.True(t, s.NeedStations())
	require.False(t, zone.NewSet(1, []zone.Zone{ruled(t, "suburb", 0.02, zone.Open)}).NeedStations())
	station := zone.Station{Name: "Plaza", Point: geo.Point{Lat: 40.002, Lng: -4}}
	far := zone.Station{Name: "Far", Point: geo.Point{Lat: 39.993, Lng: -4}}
	beyond := zone.Station{Name: "Beyond", Point: geo.Point{Lat: 41, Lng: -4}} // where no ride ends at all
	for name, c := range map[string]struct {
		lat      float64
		stations []zone.Station
		allowed  bool
		nearest  string
		meters   float64
	}{
		"at the station":             {40.0022, []zone.Station{far, station}, true, "", 0},
		"away from it":               {40.0015, []zone.Station{far, station}, false, "Plaza", 56},
		"no station: out of there":   {40.009, nil, false, "suburb", 112},
		"the way out is nearer":      {40.009, []zone.Station{far}, false, "suburb", 112},
		"a station where none ends":  {40.009, []zone.Station{beyond}, false, "suburb", 112},
		"where no station is needed": {40.015, nil, true, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			_, nearest, allowed := s.MayEnd(geo.Point{Lat: c.lat, Lng: -4}, zone.Case{At: noon, Stations: c.stations})
			require.Equal(t, c.allowed, allowed)
			if !allowed {
				require.Equal(t, c.nearest, nearest.Zone)
				require.InDelta(t, c.meters, nearest.Meters, 2)
			}
		})
	}
}

// Many zones are asked through an index; it says what a look at each of them says.
func TestManyZonesAgainstALookAtEach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zones := make([]zone.Zone, rapid.IntRange(20, 60).Draw(t, "zones"))
		for i := range zones {
			lat := plaza.Lat + rapid.Float64Range(-0.05, 0.05).Draw(t, "lat")
			lng := plaza.Lng + rapid.Float64Range(-0.05, 0.05).Draw(t, "lng")
			zones[i] = zone.Zone{ID: int64(i), Area: area(t, ring(lat, lng, rapid.Float64Range(0.001, 0.03).Draw(t, "half"))), Draft: zone.Draft{
				Order: rapid.IntRange(0, 9).Draw(t, "order"), Rules: []zone.Rule{{MaxKmh: i + 1}},
			}}
		}
		s := zone.NewSet(1, zones)
		for range 20 {
			p := geo.Point{Lat: plaza.Lat + rapid.Float64Range(-0.06, 0.06).Draw(t, "p lat"), Lng: plaza.Lng + rapid.Float64Range(-0.06, 0.06).Draw(t, "p lng")}
			want := 0
			for _, z := range s.Zones {
				if z.Area.Contains(p) {
					want = z.Rules[0].MaxKmh
					break
				}
			}
			require.Equal(t, want, s.Judge(p, zone.Case{At: noon}).MaxKmh)
		}
	})
}

func TestDraftsThatCannotBe(t *testing.T) {
	good := zone.Draft{Name: " Centre ", Rules: []zone.Rule{zone.Open}}
	checked, err := good.Checked()
	require.NoError(t, err)
	require.Equal(t, "Centre", checked.Name)
	for name, spoil := range map[string]func(*zone.Draft){
		"no name":                          func(d *zone.Draft) { d.Name = "  " },
		"a name that turns around":         func(d *zone.Draft) { d.Name = "a\u202eb" },
		"a name that colours a terminal":   func(d *zone.Draft) { d.Name = "a\x1b[31m" },
		"a name of two lines":              func(d *zone.Draft) { d.Name = "a\nb" },
		"a name that is no text":           func(d *zone.Draft) { d.Name = "\xff\xff" },
		"a long name":                      func(d *zone.Draft) { d.Name = fmt.Sprintf("%0101d", 1) },
		"an order below zero":              func(d *zone.Draft) { d.Order = -1 },
		"no rule":                          func(d *zone.Draft) { d.Rules = nil },
		"ends before it starts":            func(d *zone.Draft) { d.Starts, d.Ends = noon, noon },
		"faster than anything":             func(d *zone.Draft) { d.Rules[0].MaxKmh = 201 },
		"slower than standing":             func(d *zone.Draft) { d.Rules[0].MaxKmh = -1 },
		"a station where nothing may stop": func(d *zone.Draft) { d.Rules[0] = zone.Rule{StationParking: true} },
		"more off than there is":           func(d *zone.Draft) { d.Price.Percent = -101 },
		"an absurd price":                  func(d *zone.Draft) { d.Price.Amount = fare.MaxAmount + 1 },
	} {
		d := good
		d.Rules = []zone.Rule{zone.Open}
		spoil(&d)
		_, err := d.Checked()
		require.ErrorIs(t, err, zone.ErrDraft, name)
	}
}

func TestAZoneEndsInTheFuture(t *testing.T) {
	over := zone.Draft{Ends: noon}
	require.ErrorIs(t, over.Drawn(noon, nil), zone.ErrDraft)
	require.ErrorIs(t, over.Drawn(noon, &zone.Draft{}), zone.ErrDraft)
	require.NoError(t, over.Drawn(noon, &zone.Draft{Ends: noon}), "it was over before the change")
	require.True(t, over.Over(noon))
	require.False(t, over.Over(noon.Add(-1)))
	require.False(t, zone.Draft{}.Over(noon))
	require.NoError(t, over.Drawn(noon.Add(-time.Second), nil))
	require.NoError(t, zone.Draft{}.Drawn(noon, nil), "it is for good")
}
