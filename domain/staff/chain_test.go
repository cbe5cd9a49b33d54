package staff_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/staff"
)

// chained makes a chain of contents.
func chained(contents ...[]*string) []staff.Link {
	last, links := staff.Beginning(), []staff.Link(nil)
	for i, content := range contents {
		l := staff.Link{Head: staff.Head{Seq: int64(i + 1)}, EntryID: int64(10 * (i + 1)), Content: content}
		l.Hash = l.Digest(last.Hash)
		links, last = append(links, l), l.Head
	}
	return links
}

func check(links []staff.Link, heads ...staff.Head) (flaws []staff.Flaw, end staff.Head) {
	c := staff.NewCheck(func(f staff.Flaw) { flaws = append(flaws, f) }, heads...)
	for _, l := range links {
		c.Next(l)
	}
	return flaws, c.End()
}

var contents = rapid.SliceOfN(rapid.Ptr(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "-", "1:a", "1:a,", ",-", "1:a,1:b"})), true), 3, 3)

// Two contents never have the same digest, however their fields are cut.
func TestNoTwoContentsAreWrittenTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := contents.Draw(t, "a"), contents.Draw(t, "b")
		la, lb := chained(a)[0], chained(b)[0]
		same := true
		for i := range a {
			same = same && (a[i] == nil) == (b[i] == nil) && (a[i] == nil || *a[i] == *b[i])
		}
		require.Equal(t, same, string(la.Hash) == string(lb.Hash))
	})
}

func TestAChainIsWholeUntilOneThingChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		links := chained(rapid.SliceOfN(contents, 2, 12).Draw(t, "contents")...)
		heads := []staff.Head{staff.Beginning(), links[rapid.IntRange(0, len(links)-1).Draw(t, "head")].Head}
		flaws, end := check(links, heads...)
		require.Empty(t, flaws)
		require.Equal(t, links[len(links)-1].Head, end)

		at := rapid.IntRange(0, len(links)-1).Draw(t, "at")
		changed := append([]staff.Link(nil), links...)
		switch what := rapid.SampledFrom([]string{"content", "hash", "gone", "removed", "swapped", "twice"}).Draw(t, "what"); what {
		case "content":
			field := rapid.IntRange(0, 2).Draw(t, "field")
			text := "x"
			if was := links[at].Content[field]; was != nil {
				text += *was
			}
			changed[at].Content = append([]*string(nil), links[at].Content...)
			changed[at].Content[field] = &text
		case "hash":
			changed[at].Hash = staff.Beginning().Hash
		case "gone":
			changed[at].Content = nil
		case "removed":
			changed = append(changed[:at:at], changed[at+1:]...)
		case "swapped":
			other := (at + 1) % len(links)
			changed[at], changed[other] = changed[other], changed[at]
		case "twice":
			changed = append(changed[:at+1:at+1], links[at:]...)
		}
		flaws, _ = check(changed, links[len(links)-1].Head)
		require.NotEmpty(t, flaws)
	})
}

func TestFlawsSayWhere(t *testing.T) {
	text := func(s string) []*string { return []*string{&s} }
	links := chained(text("a"), text("b"), text("c"), text("d"), text("e"))
	altered := append([]staff.Link(nil), links...)
	altered[1].Content = text("x")
	altered[3].Content = nil
	flaws, _ := check(altered)
	require.Equal(t, "[link 2, entry 20: altered, moved or put in: its hash is not that of what it says and of the link before "+
		"link 4, entry 40: the entry was deleted]", fmt.Sprint(flaws))
	flaws, _ = check([]staff.Link{links[0], links[2], links[4]})
	require.Equal(t, "[link 2: taken out of the chain link 4: taken out of the chain]", fmt.Sprint(flaws))
	flaws, _ = check(links[4:])
	require.Equal(t, "[link 1: taken out of the chain, with all up to link 4]", fmt.Sprint(flaws))
	flaws, _ = check(links[:2], links[4].Head)
	require.Equal(t, "[link 2: the chain ends here, and once went on to link 5]", fmt.Sprint(flaws))
	flaws, _ = check(links, staff.Head{Seq: 3, Hash: links[3].Hash})
	require.Len(t, flaws, 1)
	require.Contains(t, flaws[0].String(), "link 3: rewritten: its hash was ")
	require.Equal(t, "entry 7: x", staff.Flaw{EntryID: 7, Why: "x"}.String())
}

func TestParseHead(t *testing.T) {
	h := chained([]*string{nil})[0].Head
	got, err := staff.ParseHead(" " + h.String() + "\n")
	require.NoError(t, err)
	require.Equal(t, h, got)
	for _, bad := range []string{"", "1", "1:", ":" + h.String()[2:], "-1" + h.String()[1:], h.String() + "00", h.String()[:65], "1:zz" + h.String()[4:]} {
		_, err := staff.ParseHead(bad)
		require.ErrorIs(t, err, staff.ErrHead, bad)
	}
}
