package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/rental"
	"rodada/workflows"
)

// Each request to a workflow is one of 2,000 that it takes: what is as asked already asks nobody.
func TestARideThatIsAsAskedAsksNobody(t *testing.T) {
	s := newStage(t)
	id := s.ride(t)
	for range 3 {
		body(t, s.asRider(t, "POST", "/v1/rentals/"+id+"/resume", nil), 200)
	}
	require.Empty(t, s.temporal.asked(workflows.UpdateResume))

	paused := s.store.rentals[id]
	paused.State = rental.Paused
	s.store.rentals[id] = paused
	for range 3 {
		body(t, s.asRider(t, "POST", "/v1/rentals/"+id+"/pause", nil), 200)
	}
	require.Empty(t, s.temporal.asked(workflows.UpdatePause))
}
