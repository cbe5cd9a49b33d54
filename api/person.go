package api

import (
	"github.com/danielgtaylor/huma/v2"

	"rodada/domain/person"
)

// Name is one name of a person, wherever somebody gives it.
type Name string

// msgName takes the place of person.ErrName's sentence beside the field.
const msgName = "expected 1 to 80 characters that can be read, in one line"

// Resolve holds every name to the one rule, and keeps it in its one form.
func (n *Name) Resolve(_ huma.Context, at *huma.PathBuffer) []error {
	name, err := person.Name(string(*n))
	if err != nil {
		return []error{&huma.ErrorDetail{Location: at.String(), Message: msgName}}
	}
	*n = Name(name)
	return nil
}

// text is a name as the books take it; nil stays nil.
func (n *Name) text() *string { return (*string)(n) }
