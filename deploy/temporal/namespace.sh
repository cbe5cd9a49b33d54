#!/bin/sh
# Creates the namespace of the workflows, whose histories stay for a week after they end.
set -eu

for _ in $(seq 60); do
  temporal operator cluster health >/dev/null 2>&1 && break
  sleep 2
done
if temporal operator namespace describe --namespace "$NAMESPACE" >/dev/null 2>&1; then
  exit 0
fi
temporal operator namespace create --namespace "$NAMESPACE" --retention 168h
