package main

import (
	_ "github.com/alicebob/miniredis/v2"
	_ "github.com/caarlos0/env/v11"
	_ "github.com/danielgtaylor/huma/v2"
	_ "github.com/danielgtaylor/huma/v2/adapters/humachi"
	_ "github.com/eclipse/paho.mqtt.golang"
	_ "github.com/fergusstrange/embedded-postgres"
	_ "github.com/go-chi/chi/v5"
	_ "github.com/golang-jwt/jwt/v5"
	_ "github.com/golang/geo/s2"
	_ "github.com/google/uuid"
	_ "github.com/influxdata/influxdb-client-go/v2"
	_ "github.com/jackc/pgx/v5"
	_ "github.com/jmoiron/sqlx"
	_ "github.com/mochi-mqtt/server/v2"
	_ "github.com/pressly/goose/v3"
	_ "github.com/prometheus/client_golang/prometheus/promhttp"
	_ "github.com/redis/go-redis/v9"
	_ "github.com/spf13/cobra"
	_ "github.com/stretchr/testify/require"
	_ "go.temporal.io/api/enums/v1"
	_ "go.temporal.io/sdk/client"
	_ "go.temporal.io/sdk/contrib/tools/workflowcheck/determinism"
	_ "go.uber.org/goleak"
	_ "golang.org/x/crypto/argon2"
	_ "golang.org/x/sync/errgroup"
	_ "pgregory.net/rapid"
)

func main() {}
