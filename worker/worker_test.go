package worker_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	sdk "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/worker"
	"rodada/workflows"
)

// list is a registry that only remembers.
type list struct {
	sdk.Registry
	workflows  []string
	activities []reflect.Type
}

func (l *list) RegisterWorkflowWithOptions(_ any, o workflow.RegisterOptions) {
	l.workflows = append(l.workflows, o.Name)
}

func (l *list) RegisterActivity(a any) { l.activities = append(l.activities, reflect.TypeOf(a)) }

// Every workflow is registered under the name that its contract gives, and every resource of the activities.
func TestRegister(t *testing.T) {
	var l list
	worker.Register(&l, worker.Options{})
	require.ElementsMatch(t, []string{
		workflows.RentalName, workflows.PaymentName, workflows.TopUpName, workflows.DebtName, workflows.CommandName, workflows.OnboardName, workflows.RenumberName,
	}, l.workflows)
	require.ElementsMatch(t, []reflect.Type{
		reflect.TypeFor[*activities.Scooters](), reflect.TypeFor[*activities.Rentals](),
		reflect.TypeFor[*activities.Wallets](), reflect.TypeFor[*activities.Cashier](), reflect.TypeFor[*activities.Debts](), reflect.TypeFor[*activities.People](),
		reflect.TypeFor[*activities.Commands](), reflect.TypeFor[*activities.Credentials](),
		reflect.TypeFor[*activities.Onboardings](),
	}, l.activities)

	names := map[string]reflect.Type{}
	for _, resource := range l.activities {
		for i := range resource.NumMethod() {
			name := resource.Method(i).Name
			require.NotContains(t, names, name, "two activities of one name: Temporal knows them by nothing else")
			names[name] = resource
		}
	}
}
