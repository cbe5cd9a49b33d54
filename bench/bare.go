package main

import (
	"context"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// bareQueue is the bare workflow's own.
const bareQueue = "bench-bare"

// bareWorkflow persists what an unlock persists and does nothing else: started by an update, two steps, a timer, a signal,
// a step, the answer.
func bareWorkflow(ctx workflow.Context) error {
	done := false
	err := workflow.SetUpdateHandler(ctx, "begin", func(ctx workflow.Context) error {
		return workflow.Await(ctx, func() bool { return done })
	})
	if err != nil {
		return err
	}
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{StartToCloseTimeout: time.Second})
	step := func() error { return workflow.ExecuteLocalActivity(ctx, bareStep).Get(ctx, nil) }
	if err := step(); err != nil {
		return err
	}
	if err := step(); err != nil {
		return err
	}
	acked := workflow.NewSelector(ctx)
	acked.AddReceive(workflow.GetSignalChannel(ctx, "ack"), func(c workflow.ReceiveChannel, _ bool) { c.Receive(ctx, nil) })
	acked.AddFuture(workflow.NewTimer(ctx, 10*time.Second), func(workflow.Future) {})
	acked.Select(ctx)
	if err := step(); err != nil {
		return err
	}
	done = true
	return workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) })
}

func bareStep(context.Context) error { return nil }

// bareOne does the steps of an unlock once and says how long that took. The signal comes as soon as the workflow has begun.
func bareOne(ctx context.Context, w *world) (time.Duration, error) {
	id := "bare/" + uuid.NewString()
	began := time.Now()
	handle, err := w.temporal.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: w.temporal.NewWithStartWorkflowOperation(client.StartWorkflowOptions{
			ID: id, TaskQueue: bareQueue, WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
			TypedSearchAttributes: temporal.NewSearchAttributes(temporal.NewSearchAttributeKeyKeyword("Plate").ValueSet("BARE")),
		}, "Bare"),
		UpdateOptions: client.UpdateWorkflowOptions{
			WorkflowID: id, UpdateName: "begin", UpdateID: id, WaitForStage: client.WorkflowUpdateStageAccepted,
		},
	})
	if err != nil {
		return 0, err
	}
	if err := w.temporal.SignalWorkflow(ctx, id, "", "ack", nil); err != nil {
		return 0, err
	}
	err = handle.Get(ctx, nil)
	return time.Since(began), err
}

// measureBare is what Temporal takes for the steps of an unlock by itself, and how many of them it does in a second.
func measureBare(ctx context.Context, w *world) (pair, rate, error) {
	wk := worker.New(w.temporal, bareQueue, worker.Options{})
	wk.RegisterWorkflowWithOptions(bareWorkflow, workflow.RegisterOptions{Name: "Bare"})
	wk.RegisterActivity(bareStep)
	if err := wk.Start(); err != nil {
		return pair{}, rate{}, err
	}
	defer wk.Stop()
	latency, err := both(ctx, 200, func(ctx context.Context, _ int) (time.Duration, error) { return bareOne(ctx, w) })
	if err != nil {
		return latency, rate{}, err
	}
	often, err := measureRate(ctx, func(ctx context.Context, _ int) error {
		_, err := bareOne(ctx, w)
		return err
	})
	return latency, often, err
}
