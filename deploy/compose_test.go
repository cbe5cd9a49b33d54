package deploy_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/require"
)

// A version with all its numbers, whatever follows it.
var pinned = regexp.MustCompile(`:v?\d+\.\d+(\.\d+)?(-[a-z0-9.-]+)?$`)

func TestEveryImageIsPinned(t *testing.T) {
	for name, s := range load(t, nil).Services {
		if s.Build != nil {
			continue
		}
		require.Regexp(t, pinned, s.Image, name)
	}
}

func TestWhatCountsAsPinned(t *testing.T) {
	for image, ok := range map[string]bool{
		"postgres:17.10-alpine": true, "temporalio/server:1.31.2": true,
		"postgres": false, "postgres:latest": false, "postgres:17": false, "postgres:17-alpine": false, "grafana/grafana:main": false,
	} {
		require.Equal(t, ok, pinned.MatchString(image), image)
	}
}

func TestEveryServiceIsWatched(t *testing.T) {
	onces := []string{"migrate", "temporal-schema", "temporal-namespace"} // they end, and others wait for that
	project := load(t, nil)
	for name, s := range project.Services {
		if slices.Contains(onces, name) {
			require.Nil(t, s.HealthCheck, name)
			require.Equal(t, "on-failure:5", s.Restart, name)
			continue
		}
		require.NotNil(t, s.HealthCheck, name)
		require.NotEmpty(t, s.HealthCheck.Test, name)
		require.Equal(t, "unless-stopped", s.Restart, name)
	}
	for name, s := range project.Services {
		for on, d := range s.DependsOn {
			want := types.ServiceConditionHealthy
			if slices.Contains(onces, on) {
				want = types.ServiceConditionCompletedSuccessfully
			}
			require.Equal(t, want, d.Condition, "%s waits for %s", name, on)
		}
	}
}

func TestEveryServiceIsBounded(t *testing.T) {
	for name, s := range load(t, nil).Services {
		require.Positive(t, int64(s.MemLimit), name)
		require.Contains(t, s.SecurityOpt, "no-new-privileges:true", name)
		require.Equal(t, "10m", s.Logging.Options["max-size"], name)
	}
}

func TestOnlyTheDoorsArePublished(t *testing.T) {
	project := load(t, nil)
	doors := map[string]string{}
	for name, s := range project.Services {
		for _, p := range s.Ports {
			require.Equal(t, "127.0.0.1", p.HostIP, name)
			doors[name] = p.Published
		}
		_, outside := s.Networks["edge"]
		require.Equal(t, len(s.Ports) > 0, outside, "%s: a published port needs the edge, and the edge is for nothing else", name)
	}
	require.Equal(t, map[string]string{"api": "8080", "temporal-ui": "8233", "grafana": "3000", "mosquitto": "1883"}, doors)
	for name, n := range project.Networks {
		require.Equal(t, name != "edge" && name != "outside", n.Internal, name)
	}
}

// Mail servers and webhooks are on the Internet; nothing else of ours asks anything there.
func TestOnlyTheWorkerGoesOut(t *testing.T) {
	for name, s := range load(t, nil).Services {
		_, out := s.Networks["outside"]
		require.Equal(t, name == "worker", out, name)
	}
}

func TestStoresKeepTheirDataInVolumes(t *testing.T) {
	for _, name := range []string{"postgres", "temporal-postgres", "redis", "influxdb", "mosquitto", "grafana", "prometheus"} {
		s, err := load(t, nil).GetService(name)
		require.NoError(t, err)
		require.True(t, slices.ContainsFunc(s.Volumes, func(v types.ServiceVolumeConfig) bool {
			return v.Type == types.VolumeTypeVolume && v.Source != ""
		}), name)
	}
}

func TestMountedFilesExist(t *testing.T) {
	for name, s := range load(t, nil).Services {
		for _, v := range s.Volumes {
			if v.Type == types.VolumeTypeBind {
				require.FileExists(t, v.Source, name)
				require.True(t, v.ReadOnly, "%s: %s", name, v.Source)
			}
		}
	}
}

func TestTemporalHasItsShards(t *testing.T) {
	s, err := load(t, nil).GetService("temporal")
	require.NoError(t, err)
	require.Equal(t, "512", *s.Environment["NUM_HISTORY_SHARDS"])
}

// choice is a setting of the file that .env may change, with its default.
var choice = regexp.MustCompile(`\$\{([A-Z_]+):-([^}]*)\}`)

func TestTheExampleListsEveryChoice(t *testing.T) {
	want := map[string]string{}
	for _, m := range choice.FindAllStringSubmatch(read(t, "docker-compose.yml"), -1) {
		if before, again := want[m[1]]; again {
			require.Equal(t, before, m[2], "two defaults of %s", m[1])
		}
		want[m[1]] = m[2]
	}
	got := map[string]string{}
	for line := range strings.Lines(read(t, ".env.example")) {
		if name, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "#"), "="); ok && !strings.Contains(name, " ") {
			got[name] = value
		}
	}
	require.Equal(t, want, got)
}

func TestChoicesAreTaken(t *testing.T) {
	project := load(t, types.Mapping{"PUBLISH_ON": "0.0.0.0", "API_PORT": "80", "IMAGE": "example.org/rodada:1.2.3", "RODADA_CURRENCY": "MXN"})
	api, err := project.GetService("api")
	require.NoError(t, err)
	require.Equal(t, "0.0.0.0", api.Ports[0].HostIP)
	require.Equal(t, "80", api.Ports[0].Published)
	require.Equal(t, "example.org/rodada:1.2.3", api.Image)
	require.Equal(t, "MXN", *api.Environment["RODADA_CURRENCY"])
}
