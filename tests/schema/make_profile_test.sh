#!/bin/sh
# tools/make_profile.py writes what is in kernel/good/made.yaml.
#   make_profile_test.sh PYTHON SOURCE_DIR
set -eu
here=$2/tests/schema
"$1" "$2/tools/make_profile.py" --name 6.1-made --config "$here/profile/config" \
  --symbols "$here/profile/symbols" --structs "$here/profile/structs.json" \
  --parameters "$here/profile/parameters" --origin 'a test' |
  diff -u "$here/kernel/good/made.yaml" -
