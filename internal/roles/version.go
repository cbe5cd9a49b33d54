package roles

import (
	"runtime/debug"

	"github.com/prometheus/client_golang/prometheus"
)

// Build is what a binary knows of how it was made.
type Build struct {
	Version  string // of the module; (devel) when it was built from a work tree
	Revision string // of the source; empty when the builder did not see its history
	Modified bool   // the source had changes beside that revision
	Go       string
}

// ReadBuild reads how this binary was made.
func ReadBuild() Build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return Build{Version: "(unknown)"}
	}
	return buildOf(info)
}

func buildOf(info *debug.BuildInfo) Build {
	b := Build{Version: info.Main.Version, Go: info.GoVersion}
	if b.Version == "" {
		b.Version = "(devel)"
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// String is one line, such as "v1.2.0 (revision 4f2c01a9, modified) go1.26.0".
func (b Build) String() string {
	text := b.Version
	switch {
	case b.Revision != "" && b.Modified:
		text += " (revision " + b.Revision + ", modified)"
	case b.Revision != "":
		text += " (revision " + b.Revision + ")"
	}
	if b.Go != "" {
		text += " " + b.Go
	}
	return text
}

// metric shows the build beside the measurements of a role.
func (b Build) metric() prometheus.Collector {
	g := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "rodada_build_info", Help: "Always 1; the labels say which build this is.",
		ConstLabels: prometheus.Labels{"version": b.Version, "revision": b.Revision, "go": b.Go},
	})
	g.Set(1)
	return g
}
