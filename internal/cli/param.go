package cli

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"rodada/protocol"
)

// flagName is a parameter's name at a terminal.
func flagName(p protocol.Param) string { return strings.ReplaceAll(p.Name, "_", "-") }

// param is the flag of one parameter.
type param struct {
	protocol.Param
	typed string
	value any // nil: not given
}

// String and what follows make it a flag.
func (p *param) String() string { return p.typed }

// Type is the word for the value in the help.
func (p *param) Type() string { return string(p.Kind) }

// Set takes what was typed: a number, the name of one, or a text; @FILE is a text from a file, so that no secret stands in
// a list of processes.
func (p *param) Set(typed string) error {
	if p.Kind == protocol.Text && strings.HasPrefix(typed, "@") {
		content, err := os.ReadFile(typed[1:])
		if err != nil {
			return err
		}
		typed = strings.TrimRight(string(content), "\r\n")
	}
	for n, meaning := range p.Values {
		if strings.EqualFold(typed, meaning) {
			typed = strconv.Itoa(n)
		}
	}
	value, err := p.Parse(typed)
	if err != nil {
		return fmt.Errorf("must be %s", p.wanted())
	}
	p.typed, p.value = typed, value
	if p.Secret {
		p.typed = protocol.Hidden
	}
	return nil
}

// wanted says what the parameter takes.
func (p *param) wanted() string {
	switch {
	case len(p.Values) > 0:
		return valuesText(p.Values)
	case p.Min != nil && p.Max != nil:
		return fmt.Sprintf("%d to %d", *p.Min, *p.Max)
	case p.Kind == protocol.Integer:
		return "a whole number"
	}
	return "a text"
}

// help is the parameter's line in the help.
func (p *param) help() string {
	parts := []string{p.wanted()}
	if p.Unit != "" {
		parts[0] += " " + p.Unit
	}
	if p.Doc != "" {
		parts = append(parts, p.Doc)
	}
	if p.Default != nil {
		parts = append(parts, fmt.Sprintf("a box comes with %d", *p.Default))
	}
	if p.Secret {
		parts = append(parts, "secret: @FILE takes it from a file")
	}
	if p.Optional {
		parts = append(parts, "optional")
	}
	return strings.Join(parts, "; ")
}

func valuesText(values map[int]string) string {
	var numbers []int
	for n := range values {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	texts := make([]string, len(numbers))
	for i, n := range numbers {
		texts[i] = fmt.Sprintf("%d (%s)", n, values[n])
	}
	return strings.Join(texts, ", ")
}
