#!/bin/sh
# Starts Mosquitto with the accounts it has. At the first start those are the backend's, from the secret; from then on the
# file in the volume is the truth, and the secret is not looked at again.
set -eu
data=${MOSQUITTO_DATA:-/mosquitto/data}
first=${MOSQUITTO_FIRST_ACCOUNTS:-/run/secrets/mqtt_accounts}
accounts=$data/accounts

umask 077
mkdir -p "$accounts"
if [ ! -s "$accounts/dynamic-security.json" ]; then
  cat "$first" >"$accounts/first.json"
  mv "$accounts/first.json" "$accounts/dynamic-security.json"
fi
[ "$(id -u)" != 0 ] || chown -R "${MOSQUITTO_OWNER:-mosquitto}" "$data"
exec "${MOSQUITTO:-mosquitto}" -c "${MOSQUITTO_CONFIG:-/mosquitto/config/mosquitto.conf}"
