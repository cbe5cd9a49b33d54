package api

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// What is wrong with a parameter beyond what its schema says.
const (
	msgTwice    = "expected at most one value, but received multiple values" // as huma says it of a form
	msgNoNumber = "invalid float"
	msgNoTime   = "expected a time after the year 1"
)

// oneEach lets only requests through whose query says each thing once, in numbers and times that are some: huma takes the first
// of two values, its bounds let NaN pass, and the zero time would count as none.
func oneEach(api huma.API) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		address := ctx.URL()
		query := address.Query()
		var wrong []error
		for _, p := range ctx.Operation().Parameters {
			if p.In != "query" || len(query[p.Name]) == 0 {
				continue
			}
			if message := flawOf(p, query[p.Name]); message != "" {
				wrong = append(wrong, &huma.ErrorDetail{Location: "query." + p.Name, Message: message})
			}
		}
		if len(wrong) > 0 {
			turnAway(api, ctx, requestProblem(ctx.Context(), http.StatusUnprocessableEntity, wrong))
			return
		}
		next(ctx)
	}
}

func flawOf(p *huma.Param, values []string) string {
	if len(values) > 1 && (p.Explode == nil || !*p.Explode) {
		return msgTwice
	}
	switch {
	case p.Schema == nil:
	case p.Schema.Type == huma.TypeNumber:
		if n, err := strconv.ParseFloat(values[0], 64); err == nil && (math.IsNaN(n) || math.IsInf(n, 0)) {
			return msgNoNumber
		}
	case p.Schema.Format == "date-time":
		if at, err := time.Parse(time.RFC3339Nano, values[0]); err == nil && at.IsZero() {
			return msgNoTime
		}
	}
	return ""
}
