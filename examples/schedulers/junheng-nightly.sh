#!/bin/sh
# The nightly build of one county: called by cron, or by hand. Nothing here is secret; what is secret stands in
# notify.toml as the name of a variable or of a file.
set -u
: "${JUNHENG:=junheng}" "${RAW:=/srv/junheng/raw}" "${OUT:=/srv/junheng/out}" "${NOTIFY:=/etc/junheng/notify.toml}"
export PYTHONUTF8=1 JUNHENG_LANG="${JUNHENG_LANG:-zh}"
mkdir -p "$OUT"
set -- build --raw "$RAW" --out "$OUT" --if-changed --wait 1800 --quiet --log-json "$OUT/junheng.jsonl"
if [ -f "$NOTIFY" ]; then
    set -- "$@" --notify "$NOTIFY"
fi
exec "$JUNHENG" "$@"
