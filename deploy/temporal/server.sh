#!/bin/sh
# Starts the server with its database's password from a file, which the image itself can't read.
set -eu

POSTGRES_PWD="$(cat /run/secrets/temporal_postgres_password)"
export POSTGRES_PWD
exec /etc/temporal/entrypoint.sh
