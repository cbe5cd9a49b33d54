#!/usr/bin/env bash
# Makes the secrets that docker-compose.yml names, each random, each a file in ./secrets.
#
#   deploy/secrets.sh                  make them all; what exists is never overwritten
#   deploy/secrets.sh scooter PLATE    an MQTT account for one more scooter; prints its password once
#
# SECRETS_DIR names another folder. The folder is for its owner alone; the files in it can be read by all, because Compose
# mounts them as they are into containers whose users have other numbers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
dir="${SECRETS_DIR:-secrets}"

die() { echo "secrets.sh: $*" >&2; exit 1; }

random() { head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'; }

# raw turns hexadecimal digits into bytes.
raw() { printf "$(sed 's/../\\x&/g' <<<"$1")"; }

# account is a line of Mosquitto's password file: SHA-512 of the password and 12 random bytes.
account() {
  local user=$1 password=$2 salt hash
  salt=$(head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \n')
  hash=$({ printf %s "$password"; raw "$salt"; } | sha512sum | cut -d' ' -f1)
  printf '%s:$6$%s$%s\n' "$user" "$(raw "$salt" | base64 -w0)" "$(raw "$hash" | base64 -w0)"
}

# keep writes standard input to a new file.
keep() {
  cat >"$dir/$1"
  chmod 0444 "$dir/$1"
}

create() {
  local files=(postgres_password postgres_url temporal_postgres_password redis_password redis_acl influx_password
    influx_token mqtt_password mqtt_accounts token_secret seal_keys grafana_password) f password
  for f in "${files[@]}"; do
    [ ! -e "$dir/$f" ] || die "$dir/$f exists. Nothing was changed: services remember their secrets, so new ones would lock you out."
  done
  mkdir -p "$dir"
  chmod 0700 "$dir"
  echo '*' >"$dir/.gitignore"

  for f in temporal_postgres_password influx_password influx_token token_secret grafana_password; do random | keep "$f"; done
  printf 'v1:%s' "$(raw "$(random)" | base64 -w0)" | keep seal_keys # RODADA_SEAL_KEYS: put a newer one in front, with a comma

  password=$(random)
  printf %s "$password" | keep postgres_password
  printf 'postgres://rodada:%s@postgres:5432/rodada?sslmode=disable' "$password" | keep postgres_url

  password=$(random)
  printf %s "$password" | keep redis_password
  printf 'user default on #%s ~* &* +@all\n' "$(printf %s "$password" | sha256sum | cut -d' ' -f1)" | keep redis_acl

  password=$(random)
  printf %s "$password" | keep mqtt_password
  account rodada "$password" | keep mqtt_accounts

  echo "Made ${#files[@]} secrets in $dir. Keep a copy of that folder where you keep other secrets."
}

# scooter adds to the file in place: a new file would not be seen through the mount.
scooter() {
  local plate=$1 file="$dir/mqtt_accounts" password
  [ -f "$file" ] || die "there is no $file yet: run deploy/secrets.sh first"
  [[ $plate =~ ^[A-Za-z0-9._-]{1,64}$ ]] || die "a plate is made of letters, digits and . _ -"
  case $plate in bike | o | rodada) die "$plate means something else to the broker" ;; esac
  ! grep -q "^${plate//./\\.}:" "$file" || die "$plate has an account"
  password=$(random)
  chmod u+w "$file"
  account "$plate" "$password" >>"$file"
  chmod u-w "$file"
  echo "$password"
  echo "Now: docker compose kill -s HUP mosquitto" >&2
}

case "${1:-}" in
  "") create ;;
  scooter) [ $# -eq 2 ] || die "usage: deploy/secrets.sh scooter PLATE"; scooter "$2" ;;
  *) die "usage: deploy/secrets.sh [scooter PLATE]" ;;
esac
