package main

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rodada/protocol"
)

//go:embed intro.md
var intro string

func render() string {
	p := page{}
	p.WriteString(intro)
	p.commands()
	p.parameters()
	p.reports()
	p.fields()
	p.headings()
	return p.String()
}

// page is the document so far.
type page struct{ strings.Builder }

// table begins a table under a heading; columns are aligned right with a
// trailing colon, as in Markdown.
func (p *page) table(title, text string, columns ...string) {
	fmt.Fprintf(p, "\n## %s\n\n%s\n\n", title, text)
	marks := make([]string, len(columns))
	for i, c := range columns {
		columns[i], marks[i] = strings.TrimSuffix(c, ":"), "---"
		if c != columns[i] {
			marks[i] = "---:"
		}
	}
	p.row(columns...)
	p.row(marks...)
}

func (p *page) row(cells ...string) {
	for i := range cells {
		cells[i] = strings.ReplaceAll(cells[i], "|", `\|`)
	}
	p.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

func (p *page) commands() {
	p.table("Commands (WR)", "What may be sent to a scooter. The frame is an example; the answer is the code of the report that acknowledges it.",
		"code:", "name", "frame", "what it does", "answer:", "QoS:", "rules")
	for _, s := range of(protocol.ToScooter) {
		answer := "none"
		if s.Ack != 0 {
			answer = fmt.Sprint(int(s.Ack))
		}
		p.row(code(s), name(s), example(s), what(s), answer, fmt.Sprint(s.QoS), rules(s))
	}
}

func (p *page) parameters() {
	p.table("What commands take", "Parameters in the order of the wire, under the names that the REST API and the command line use.",
		"code:", "command", "key", "parameter", "type", "range", "meaning")
	for _, s := range of(protocol.ToScooter) {
		for _, q := range s.Params {
			p.row(code(s), name(s), key(q), "`"+q.Name+"`", kind(q), limits(q), meaning(q))
		}
	}
	p.WriteString("\nParameters that share a key are one value, written without quotes around it:\n\n")
	for _, s := range of(protocol.ToScooter) {
		if s.Line != nil {
			fmt.Fprintf(p, "- %d: `\"%s\":%s`\n", s.Code, s.Line.Key, line(s))
		}
	}
}

func (p *page) reports() {
	p.table("Answers and reports (RD)", "What a scooter sends. The frame is an example; `s` is explained where a message has it.",
		"code:", "name", "frame", "what it says", "`s`", "topic", "QoS:")
	for _, s := range of(protocol.FromScooter) {
		p.row(code(s), name(s), example(s), what(s), status(s), topic(s.Topic), fmt.Sprint(s.QoS))
	}
}

// fields leaves out what nearly every report has and the other table explains.
func (p *page) fields() {
	p.table("What reports carry", "Besides `a` (the code), `i` (the plate), the `s` explained above, and in answers `t` (a random number) and `n` (a serial number).",
		"code:", "report", "key", "field", "type", "meaning")
	for _, s := range of(protocol.FromScooter) {
		for _, q := range s.Params {
			if q.Key == "s" || q.Key == "n" || q.Key == "t" && s.Code != protocol.PositionReport {
				continue
			}
			p.row(code(s), name(s), key(q), "`"+q.Name+"`", kind(q), meaning(q))
		}
	}
}

func (p *page) headings() {
	p.table("Where the seed has it", "The headings of its phase 1, as they are spelt there.", "code:", "name", "heading")
	for _, s := range protocol.Catalogue() {
		p.row(code(s), name(s), fmt.Sprintf("%s (%s)", s.Section, s.Direction))
	}
}

func of(d protocol.Direction) []protocol.Spec {
	return slices.DeleteFunc(protocol.Catalogue(), func(s protocol.Spec) bool { return s.Direction != d })
}

func code(s protocol.Spec) string { return fmt.Sprint(int(s.Code)) }
func name(s protocol.Spec) string { return "`" + s.Name + "`" }

func example(s protocol.Spec) string {
	frame, err := s.Example()
	if err != nil {
		panic(err) // the catalogue's own examples: see its tests
	}
	return "`" + string(frame) + "`"
}

func meanings(values map[int]string) string {
	parts := make([]string, 0, len(values))
	for _, n := range slices.Sorted(maps.Keys(values)) {
		parts = append(parts, fmt.Sprintf("%d %s", n, values[n]))
	}
	return strings.Join(parts, ", ")
}
