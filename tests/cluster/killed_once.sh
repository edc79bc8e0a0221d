#!/bin/bash
# memmap, but the first time that it runs share KILL_SHARE it dies by SIGKILL, with a part of the rows
# written: what a machine that fails, or one that is out of memory, leaves behind.
#
#   REAL_MEMMAP, KILL_SHARE, KILL_FOLDER (where it notes that it was killed)
set -uo pipefail

share=$(sed -n 's/.* --shard \([^ ]*\) .*/\1/p' <<<" $* ")
output=$(sed -n 's/.* --output \([^ ]*\) .*/\1/p' <<<" $* ")
if [[ $share != "$KILL_SHARE" ]] || ! mkdir "$KILL_FOLDER/killed" 2>/dev/null; then
  exec "$REAL_MEMMAP" "$@"
fi
"$REAL_MEMMAP" "$@" &
until [[ $(stat -c %s "$output" 2>/dev/null || echo 0) -gt 100000 ]]; do
  kill -0 $! 2>/dev/null || break
done
kill -KILL $! 2>/dev/null
wait $! 2>/dev/null
# Where it was quicker than this: as if it had not been.
if tail -n 1 "$output" | grep -q '"summary"'; then
  truncate --size=100000 "$output"
fi
echo "killed with $(wc -l <"$output") rows" >"$KILL_FOLDER/killed/rows"
kill -KILL $$
