package protocol_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/protocol"
)

// What the seed's phase 1 says, copied by hand: the catalogue's own judge.
var (
	seedCommands = []protocol.Code{1, 3, 5, 7, 9, 11, 13, 15, 18, 20, 21, 23, 24, 28, 33, 35, 37, 39, 41, 43, 49, 53,
		58, 60, 62, 67, 71, 73, 75, 77, 83, 93, 97, 101, 103, 105, 107}
	seedReports = []protocol.Code{2, 4, 6, 8, 10, 12, 14, 16, 19, 22, 25, 27, 34, 36, 38, 40, 42, 44, 50, 54, 55, 57,
		61, 63, 66, 68, 69, 72, 74, 76, 78, 84, 88, 98, 102, 104, 106, 108}
)

func codesWhere(keep func(protocol.Spec) bool) []protocol.Code {
	var out []protocol.Code
	for _, s := range protocol.Catalogue() {
		if keep(s) {
			out = append(out, s.Code)
		}
	}
	return out
}

func TestCatalogueHasEveryCodeOfTheSeed(t *testing.T) {
	require.Len(t, protocol.Catalogue(), 75)
	require.Equal(t, seedCommands, codesWhere(func(s protocol.Spec) bool { return s.Direction == protocol.ToScooter }))
	require.Equal(t, seedReports, codesWhere(func(s protocol.Spec) bool { return s.Direction == protocol.FromScooter }))
}

func TestCatalogueFollowsTheNotes(t *testing.T) {
	type spec = protocol.Spec
	has := func(p protocol.Precondition) func(spec) bool {
		return func(s spec) bool { return slices.Contains(s.Preconditions, p) }
	}
	topic := func(want protocol.Topic) func(spec) bool {
		return func(s spec) bool { return s.Topic == want && s.Direction == protocol.FromScooter }
	}
	for name, c := range map[string]struct {
		keep func(spec) bool
		want []protocol.Code
	}{
		"dangerous":        {func(s spec) bool { return s.Dangerous }, []protocol.Code{1, 9, 11, 20, 33, 53, 60, 71, 93, 101, 103, 105}},
		"not while moving": {func(s spec) bool { return s.NotWhileMoving }, []protocol.Code{3, 20, 60, 71, 73, 93, 107}},
		"may be repeated":  {func(s spec) bool { return s.Blind }, []protocol.Code{15, 18, 21, 24, 35, 37, 39, 41, 43, 62, 77, 83, 97}},
		"deprecated":       {func(s spec) bool { return s.Deprecated }, []protocol.Code{33, 34, 55, 57}},
		"secrets":          {spec.HasSecrets, []protocol.Code{33, 36, 53, 101}},
		"no ack":           {func(s spec) bool { return s.Direction == protocol.ToScooter && s.Ack == 0 }, []protocol.Code{20, 28, 58, 93}},
		"only by upgrade":  {has(protocol.OnlyByUpgrade), []protocol.Code{23, 67}},
		"unheld":           {has(protocol.NeedsUnheld), []protocol.Code{33, 53, 101, 103}},
		"powered on":       {has(protocol.NeedsPowerOn), []protocol.Code{43}},
		"powered off":      {has(protocol.NeedsPowerOff), []protocol.Code{41}},
		"lamp mode":        {has(protocol.NeedsLampCommandMode), []protocol.Code{37}},
		"QoS 1":            {func(s spec) bool { return s.QoS == 1 }, []protocol.Code{3, 13, 19, 22, 27, 49, 66, 68, 69}},
		"topic o":          {topic(protocol.TopicOther), []protocol.Code{54, 55, 57}},
		"topic unnamed":    {topic(protocol.TopicUnnamed), []protocol.Code{25, 102, 104, 106, 108}},
		"topic vehicle":    {topic(protocol.TopicVehicle), []protocol.Code{78}},
		"status undefined": {func(s spec) bool { return s.Status == protocol.StatusRaw }, []protocol.Code{16, 57, 88}},
		"status a state":   {func(s spec) bool { return s.Status == protocol.StatusState }, []protocol.Code{22, 27, 55, 84}},
		"no status":        {func(s spec) bool { return s.Direction == protocol.FromScooter && s.Status == protocol.StatusNone }, []protocol.Code{19, 25, 36, 78, 98}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, codesWhere(c.keep)) })
	}
}

func TestCatalogueIsConsistent(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range protocol.Catalogue() {
		t.Run(s.Name, func(t *testing.T) {
			require.False(t, seen[s.Name], "name used twice")
			seen[s.Name] = true
			require.NotEmpty(t, s.Section)
			require.NotEmpty(t, s.Title)
			require.Equal(t, s.Name, s.Code.String())
			require.LessOrEqual(t, len(s.Params), 10)

			byName, ok := protocol.LookupName(s.Name)
			require.True(t, ok)
			require.Equal(t, s.Code, byName.Code)

			if s.Direction == protocol.ToScooter {
				require.Equal(t, protocol.TopicVehicle, s.Topic)
				if s.Ack != 0 {
					ack, ok := protocol.Lookup(s.Ack)
					require.True(t, ok)
					require.Equal(t, protocol.FromScooter, ack.Direction)
					if s.Code != protocol.StartUpgrade {
						require.Equal(t, s.Code+1, s.Ack)
					}
				}
				require.False(t, s.Blind && (s.Dangerous || s.NotWhileMoving || s.QoS > 0), "may not be repeated blindly")
			}
			for _, p := range s.Params {
				require.Equal(t, strings.ToLower(p.Name), p.Name)
				require.Len(t, p.Key, 1)
				require.NotEqual(t, "a", p.Key)
				if s.Direction == protocol.FromScooter {
					require.NotEqual(t, "i", p.Key)
				}
				if s.Direction == protocol.ToScooter && p.Kind != protocol.Integer {
					require.Positive(t, p.MaxLen, p.Name)
				}
				if s.Direction == protocol.ToScooter && p.Kind == protocol.Integer {
					require.NotNil(t, p.Min, p.Name)
					require.NotNil(t, p.Max, p.Name)
				}
			}
			if s.Status == protocol.StatusResult {
				require.NotEmpty(t, s.Statuses[0])
				require.NotEmpty(t, s.Statuses[1])
			}
		})
	}
}

func TestCatalogueCannotBeChangedByItsReaders(t *testing.T) {
	all := protocol.Catalogue()
	for i := range all {
		for j := range all[i].Params {
			all[i].Params[j].Name = "changed"
			clear(all[i].Params[j].Values)
		}
		clear(all[i].Statuses)
	}
	require.NotEqual(t, all, protocol.Catalogue())
	s, _ := protocol.Lookup(protocol.PowerOnAck)
	require.Equal(t, "success", s.Meaning(0))
}

func TestStatuses(t *testing.T) {
	for name, c := range map[string]struct {
		code    protocol.Code
		status  int
		done    bool
		meaning string
	}{
		"unlocked":                 {2, 0, true, "success"},
		"unlock refused":           {2, 2, false, "firmware upgrading"},
		"asked of the command":     {1, 1, false, "hardware fault"},
		"counter too late":         {6, 3, false, "already later than the latest shutdown time"},
		"unknown refusal":          {14, 9, false, "unknown status"},
		"powered off is an answer": {22, 1, true, "powered off"},
		"open chain is an answer":  {84, 1, true, "open"},
		"chain by its command":     {83, 1, true, "open"},
		"undefined is an answer":   {16, 8, true, "a report: the protocol does not say what its status means"},
		"upgrade prohibited":       {66, 1, false, "upgrade prohibited"},
		"packet again":             {67, 1, false, "send this packet again"},
		"no ack, never done":       {20, 0, false, ""},
		"motor":                    {107, 0, true, "success"},
	} {
		t.Run(name, func(t *testing.T) {
			s, ok := protocol.Lookup(c.code)
			require.True(t, ok)
			require.Equal(t, c.done, s.Done(c.status))
			require.Equal(t, c.meaning, s.Meaning(c.status))
		})
	}
}

func TestLookupOfTheUnknown(t *testing.T) {
	for _, code := range []protocol.Code{-1, 0, 17, 109, 255, 256, 1 << 40} {
		_, ok := protocol.Lookup(code)
		require.False(t, ok)
	}
	_, ok := protocol.LookupName("self-destruct")
	require.False(t, ok)
	require.Equal(t, "code-17", protocol.Code(17).String())
	name, ok := protocol.Wild(17)
	require.True(t, ok)
	require.Equal(t, "fault report", name)
}

func TestTopics(t *testing.T) {
	topics := protocol.Topics{Bike: "fleet/up", Other: "fleet/other"}
	for code, want := range map[protocol.Code]string{1: "12AB", 2: "fleet/up", 25: "fleet/up", 54: "fleet/other", 78: "12AB"} {
		s, _ := protocol.Lookup(code)
		require.Equal(t, want, topics.Publish(s, "12AB"))
	}
	require.Equal(t, protocol.Topics{Bike: "bike", Other: "o"}, protocol.DefaultTopics())
}
