#!/bin/bash
# In the place of ssh: runs on this host what is to be run on another, with an environment of its own, as a
# login there has it. No sshd is started: for one, root needs a user and a folder of the system's.
#
#   ssh_here.sh HOST -- COMMAND...
set -euo pipefail

echo "$1" >>"$SSH_HERE_LOG"
shift
[[ $1 == -- ]] && shift
me=$(id -un)
cd /
exec env -i HOME="${HOME:-/}" SHELL=/bin/sh USER="$me" LOGNAME="$me" PATH=/usr/bin:/bin sh -c "$*"
