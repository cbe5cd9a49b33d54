#!/usr/bin/env bash
# Makes the secrets that docker-compose.yml names, each random, each a file in ./secrets.
#
#   deploy/secrets.sh        make them all; what exists is never overwritten
#
# Scooters' passwords are none of them: the backend makes those. See docs/mqtt.md.
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

# padded is the password as the key of an HMAC: 128 bytes, each mixed with one byte, in hexadecimal.
padded() {
  local password=$1 mix=$2 i byte
  for ((i = 0; i < 128; i++)); do
    byte=0
    [ "$i" -ge "${#password}" ] || printf -v byte %d "'${password:i:1}"
    printf %02x $((byte ^ mix))
  done
}

# sha512 hashes the bytes that hexadecimal digits stand for, and gives such digits.
sha512() { raw "$1" | sha512sum | cut -d' ' -f1; }

# account is an account of Mosquitto's dynamic-security plugin, which keeps PBKDF2 with SHA-512. The passwords are random, so
# once around is enough: HMAC of 12 random bytes and the number 1.
account() {
  local user=$1 password=$2 roles=$3 salt inner
  salt=$(head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \n')
  inner=$(sha512 "$(padded "$password" 0x36)${salt}00000001")
  printf '{"username":"%s","roles":[{"rolename":"%s"}],"iterations":1,"salt":"%s","password":"%s"}' "$user" "$roles" \
    "$(raw "$salt" | base64 -w0)" "$(raw "$(sha512 "$(padded "$password" 0x5c)$inner")" | base64 -w0)"
}

# allow is one right of a role.
allow() { printf '{"acltype":"%s","topic":"%s","allow":true}' "$1" "$2"; }

# accounts is what the broker begins with: the backend, which may do everything but change accounts, and the account that may
# do nothing else, which only the worker has. It gives scooters theirs, and the role that all of them share.
accounts() {
  local all='#' shared='$share/#' control='$CONTROL/dynamic-security/v1'
  printf '{"defaultACLAccess":{"publishClientSend":false,"publishClientReceive":false,"subscribe":false,"unsubscribe":true},'
  printf '"groups":[],"roles":['
  printf '{"rolename":"backend","acls":[%s,%s,%s,%s]},' "$(allow publishClientSend "$all")" "$(allow publishClientReceive "$all")" \
    "$(allow subscribePattern "$all")" "$(allow subscribePattern "$shared")"
  printf '{"rolename":"accounts","acls":[%s,%s,%s]}],' "$(allow publishClientSend "$control")" \
    "$(allow subscribeLiteral "$control/response")" "$(allow publishClientReceive "$control/response")"
  printf '"clients":[%s,%s]}\n' "$(account rodada "$1" backend)" "$(account rodada-accounts "$2" accounts)"
}

# keep writes standard input to a new file.
keep() {
  cat >"$dir/$1"
  chmod 0444 "$dir/$1"
}

create() {
  local files=(postgres_password postgres_url postgres_api_url postgres_login_url postgres_worker_url postgres_bridge_url
    temporal_postgres_password redis_password redis_acl influx_password
    influx_token mqtt_password mqtt_accounts_password mqtt_accounts token_secret seal_keys grafana_password
    mail_password login_google_secret login_facebook_secret login_x_secret login_oidc stripe_key stripe_webhook_secrets) f password admin
  for f in "${files[@]}"; do
    [ ! -e "$dir/$f" ] || die "$dir/$f exists. Nothing was changed: services remember their secrets, so new ones would lock you out."
  done
  mkdir -p "$dir"
  chmod 0700 "$dir"
  echo '*' >"$dir/.gitignore"

  for f in temporal_postgres_password influx_password influx_token token_secret grafana_password; do random | keep "$f"; done
  printf 'v1:%s' "$(raw "$(random)" | base64 -w0)" | keep seal_keys # RODADA_SEAL_KEYS: put a newer one in front, with a comma

  printf '' | keep mail_password # the mail server's, if it wants one: write it in here
  for f in google_secret facebook_secret x_secret oidc; do printf '' | keep "login_$f"; done # what other services gave you: docs/accounts.md
  for f in stripe_key stripe_webhook_secrets; do printf '' | keep "$f"; done # Stripe's: docs/money.md

  password=$(random)
  printf %s "$password" | keep postgres_password
  printf 'postgres://rodada:%s@postgres:5432/rodada?sslmode=disable' "$password" | keep postgres_url
  for f in api login worker bridge; do # `rodada migrate` makes these users
    printf 'postgres://%s:%s@postgres:5432/rodada?sslmode=disable' "$f" "$(random)" | keep "postgres_${f}_url"
  done

  password=$(random)
  printf %s "$password" | keep redis_password
  printf 'user default on #%s ~* &* +@all\n' "$(printf %s "$password" | sha256sum | cut -d' ' -f1)" | keep redis_acl

  password=$(random)
  printf %s "$password" | keep mqtt_password
  admin=$(random)
  printf %s "$admin" | keep mqtt_accounts_password
  accounts "$password" "$admin" | keep mqtt_accounts

  echo "Made ${#files[@]} secrets in $dir. Keep a copy of that folder where you keep other secrets."
}

[ $# -eq 0 ] || die "usage: deploy/secrets.sh"
create
