package api

import (
	"github.com/danielgtaylor/huma/v2"

	"rodada/domain/staff"
)

// Reason is why staff do something, wherever they may say so. An empty one is none, where none is needed.
type Reason string

// msgReason takes the place of staff.ErrReason's sentence beside the field.
const msgReason = "expected 3 to 500 characters that can be read, in one line"

// Resolve holds every reason to the one rule, and keeps it without the blanks around it.
func (r *Reason) Resolve(_ huma.Context, at *huma.PathBuffer) []error {
	if *r == "" {
		return nil // whether one is needed, the schema says
	}
	text, err := staff.Reason(string(*r))
	if err != nil {
		return []error{&huma.ErrorDetail{Location: at.String(), Message: msgReason}}
	}
	*r = Reason(text)
	return nil
}
