package devstack

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"syscall"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
)

// TemporalNamespace is where the local workflows live.
const TemporalNamespace = "default"

// temporalAttributes are the search attributes of workflows, all Keyword.
var temporalAttributes = []string{"Plate", "RiderID", "RentalID", "RentalState", "RolloutID"}

// temporalSettings make the development server fast enough to be honest about.
// Its default of 20 polls a second on the one shard adds some 45 ms to every
// task; eager activities save a round trip; one partition spares a task queue
// of one worker the forwarding.
var temporalSettings = []string{
	"history.transferProcessorMaxPollRPS=2000",
	"history.timerProcessorMaxPollRPS=2000",
	"history.visibilityProcessorMaxPollRPS=2000",
	"system.enableActivityEagerExecution=true",
	"matching.numTaskqueueReadPartitions=1",
	"matching.numTaskqueueWritePartitions=1",
}

type temporalServer struct {
	find func(context.Context) (string, error)
	port int
	ui   int
	proc process
}

func newTemporal(s *Stack, port, ui int) *temporalServer {
	t := &temporalServer{port: port, ui: ui, proc: s.process(Temporal, syscall.SIGTERM)}
	t.find = func(ctx context.Context) (string, error) {
		return temporalProgram.find(ctx, s.opt.Cache, s.opt.Progress)
	}
	return t
}

func (t *temporalServer) Start(ctx context.Context) error {
	program, err := t.find(ctx)
	if err != nil {
		return err
	}
	t.proc.program, t.proc.args = program, t.arguments()
	// Four times the heap between two collections: seen to take a sixth to a fifth off its processor time, for 0.2 GB.
	t.proc.env = []string{"GOGC=400"}
	return t.proc.start(ctx, t.ready)
}

func (t *temporalServer) arguments() []string {
	args := []string{
		"server", "start-dev", "--ip", "127.0.0.1",
		"--port", strconv.Itoa(t.port), "--ui-port", strconv.Itoa(t.ui),
		"--namespace", TemporalNamespace,
		"--db-filename", filepath.Join(t.proc.dir, "temporal.db"),
		"--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL",
		"--log-level", "error",
	}
	for _, a := range temporalAttributes {
		args = append(args, "--search-attribute", a+"=Keyword")
	}
	for _, s := range temporalSettings {
		args = append(args, "--dynamic-config-value", s)
	}
	return args
}

// ready waits for the search attributes too: the server answers before it has
// registered them, and a workflow that sets one earlier fails.
func (t *temporalServer) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	c, err := client.DialContext(ctx, client.Options{
		HostPort: t.Addr(), Namespace: TemporalNamespace, Logger: sdklog.NewStructuredLogger(silent),
	})
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.WorkflowService().DescribeNamespace(ctx,
		&workflowservice.DescribeNamespaceRequest{Namespace: TemporalNamespace}); err != nil {
		return err
	}
	list, err := c.OperatorService().ListSearchAttributes(ctx,
		&operatorservice.ListSearchAttributesRequest{Namespace: TemporalNamespace})
	if err != nil {
		return err
	}
	for _, a := range temporalAttributes {
		if list.GetCustomAttributes()[a] != enums.INDEXED_VALUE_TYPE_KEYWORD {
			return fmt.Errorf("search attribute %s is not registered yet", a)
		}
	}
	return nil
}

func (t *temporalServer) Stop()        { t.proc.stop() }
func (t *temporalServer) Kill()        { t.proc.kill() }
func (t *temporalServer) Addr() string { return loopback(t.port) }
