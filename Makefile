# The commands of this repository. `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Tools are built once into this folder, outside of the repository.
CACHE         ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/rodada
GOLANGCI      := $(CACHE)/bin/golangci-lint-v2.15.0/golangci-lint
WORKFLOWCHECK := go tool workflowcheck

# What to test, and what else to tell `go test`: make test PKG=./api/... ARGS='-run Rental -v'
PKG          ?= ./...
ARGS         ?=
TEST_TIMEOUT ?= 15m

.PHONY: help dev dev-reset build test bench generate lint deps-debian

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

dev: ## Start everything on this machine and take a demo ride; Ctrl-C stops it
	@mkdir -p bin && go build -o bin/rodada . && exec bin/rodada dev

dev-reset: ## Forget the state that `make dev` keeps in .rodada/dev or RODADA_DEV_DIR
	@go run ./internal/devstack/run -reset $(or $(RODADA_DEV_DIR),.rodada/dev)

build: ## Build the binary into bin/
	go build -trimpath -o bin/rodada .

test: ## Run every test against real services, started once for all packages
	@go run ./internal/devstack/run -- go test -timeout $(TEST_TIMEOUT) $(ARGS) $(PKG)

bench: ## Measure beside comparisons, and print; ARGS=codec, geo, ingest, login, wallet or rides for one alone
	@go run ./bench $(ARGS)

generate: ## Write again what is generated from the code
	go generate ./...

lint: $(GOLANGCI) ## Check format, vet, lint, determinism of workflows, go.mod
	@unformatted=$$(git ls-files -co --exclude-standard '*.go' | xargs -r gofmt -l); \
	if [ -n "$$unformatted" ]; then echo "not gofmt's format:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	$(GOLANGCI) run ./...
	$(WORKFLOWCHECK) ./workflows/...
	go mod tidy -diff

$(GOLANGCI):
	@echo "building $(notdir $@), once and for about two minutes"
	@mkdir -p $(@D)
	cd $(@D) && GOFLAGS= GOWORK=off GOBIN=$(@D) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

deps-debian: ## Install the optional programs on Debian or Ubuntu (as root)
	apt-get update
	apt-get install --yes --no-install-recommends redis-server mosquitto mosquitto-clients postgresql nodejs npm
