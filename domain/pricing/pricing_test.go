package pricing_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/fare"
	"rodada/domain/fault"
	"rodada/domain/pricing"
	"rodada/geo"
)

var (
	noon   = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) // a Monday
	madrid = geo.Point{Lat: 40.4155, Lng: -3.7074}
	square = []byte(`{"type":"Polygon","coordinates":[[[-3.8,40.3],[-3.6,40.3],[-3.6,40.5],[-3.8,40.5],[-3.8,40.3]]]}`)
)

func term(from time.Time) pricing.Term { return pricing.Term{StartsAt: from} }

func edition(id string, version int, from time.Time) pricing.Edition {
	return pricing.Edition{Tariff: fare.Tariff{ID: id, Version: version}, Term: term(from)}
}

func TestTheVersionThatHolds(t *testing.T) {
	b := pricing.Book{Tariffs: map[string][]pricing.Edition{"city": {
		edition("city", 1, noon), edition("city", 2, noon.Add(48*time.Hour)), edition("city", 3, noon.Add(24*time.Hour)), edition("city", 4, noon.Add(24*time.Hour)),
	}}}
	for name, c := range map[string]struct {
		at   time.Time
		want int
	}{
		"none yet":                     {noon.Add(-1), 0},
		"from its first moment":        {noon, 1},
		"until before the next":        {noon.Add(24*time.Hour - 1), 1},
		"of two at once, the later":    {noon.Add(24 * time.Hour), 4},
		"what was planned still comes": {noon.Add(48 * time.Hour), 2},
	} {
		t.Run(name, func(t *testing.T) {
			got, holds := b.Tariff("city", c.at)
			require.Equal(t, c.want > 0, holds)
			require.Equal(t, c.want, got.Version)
		})
	}
	withdrawn := b.Tariffs["city"][1]
	withdrawn.WithdrawnAt = noon
	b.Tariffs["city"][1] = withdrawn
	got, _ := b.Tariff("city", noon.Add(72*time.Hour))
	require.Equal(t, 4, got.Version)
}

func TestTheFirstRuleThatIsForTheRideDecides(t *testing.T) {
	plan, err := pricing.Plan{
		Cities: []pricing.City{{Name: "Madrid", TimeZone: "Europe/Madrid", Geometry: square}},
		Rules: []pricing.TariffRule{
			{TariffID: "gone", Models: []int64{1}},
			{TariffID: "zone", Zones: []int64{7, 8}, Models: []int64{1}},
			{TariffID: "rush", City: "Madrid", Hours: []pricing.Hours{{Days: []string{"mon"}, From: "13:00", To: "14:00"}}},
			{TariffID: "night", City: "Madrid", Hours: []pricing.Hours{{Days: []string{"sun"}, From: "22:00", To: "06:00"}}},
			{TariffID: "city", City: "Madrid"},
		},
	}.Checked()
	require.NoError(t, err)
	b := pricing.Book{Models: map[int64]string{9: "cargo"}, Assignments: []pricing.Assignment{{Version: 1, Plan: plan, Term: term(noon.Add(-24 * time.Hour))}}, Tariffs: map[string][]pricing.Edition{}}
	for _, id := range []string{"zone", "rush", "night", "city", "cargo", pricing.Standard} {
		b.Tariffs[id] = []pricing.Edition{edition(id, 1, noon.Add(-24*time.Hour))}
	}
	far := geo.Point{Lat: 41.38, Lng: 2.17}
	for name, c := range map[string]struct {
		c    pricing.Case
		want string
	}{
		"the zone goes first":         {pricing.Case{ModelID: 1, Place: &madrid, Zones: []int64{8}, At: noon}, "zone"},
		"not for the other model":     {pricing.Case{ModelID: 2, Place: &madrid, Zones: []int64{8}, At: noon}, "rush"},
		"one in the afternoon there":  {pricing.Case{ModelID: 1, Place: &madrid, At: noon}, "rush"},
		"two there is after":          {pricing.Case{ModelID: 1, Place: &madrid, At: noon.Add(time.Hour)}, "city"},
		"the night of Sunday goes on": {pricing.Case{ModelID: 1, Place: &madrid, At: noon.Add(-8 * time.Hour)}, "night"},
		"until six there":             {pricing.Case{ModelID: 1, Place: &madrid, At: noon.Add(-7 * time.Hour)}, "city"},
		"another city":                {pricing.Case{ModelID: 1, Place: &far, At: noon}, pricing.Standard},
		"nobody knows where":          {pricing.Case{ModelID: 1, At: noon}, pricing.Standard},
		"the model's own":             {pricing.Case{ModelID: 9, Place: &far, At: noon}, "cargo"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := b.For(c.c)
			require.NoError(t, err)
			require.Equal(t, c.want, got.ID)
		})
	}
	_, err = b.For(pricing.Case{At: noon.Add(-48 * time.Hour)})
	require.ErrorIs(t, err, pricing.ErrNone)
	places, zones := b.AsksForPlaces(noon)
	require.True(t, places)
	require.True(t, zones)
	places, zones = b.AsksForPlaces(noon.Add(-48 * time.Hour))
	require.False(t, places)
	require.False(t, zones)
}

func TestRulesThatCanNotBe(t *testing.T) {
	_, err := pricing.Plan{
		TimeZone: "Local",
		Cities:   []pricing.City{{Name: "A", TimeZone: "Nowhere/Town", Geometry: []byte(`{}`)}, {Name: "A", TimeZone: "UTC", Geometry: square}},
		Rules: []pricing.TariffRule{
			{TariffID: "x", City: "B"}, {TariffID: "x", Hours: []pricing.Hours{{Days: []string{"dom"}, From: "24:00", To: "7"}}},
		},
	}.Checked()
	f, is := fault.From(err)
	require.True(t, is)
	require.ErrorIs(t, f, pricing.ErrRules)
	fields := []string{}
	for _, flaw := range f.Details["flaws"].([]pricing.Flaw) {
		fields = append(fields, flaw.Field)
	}
	require.ElementsMatch(t, []string{
		"time_zone", "cities[0].time_zone", "cities[0].geometry", "cities[1].name", "rules[0].city",
		"rules[1].hours", "rules[1].hours[0].from", "rules[1].hours[0].to", "rules[1].hours[0].days",
	}, fields)
}
