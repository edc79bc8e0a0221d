#!/bin/bash
# What the completion offers for words typed so far; needs no program.
#
#   completion.sh share/completions/memmap.bash
set -euo pipefail
# shellcheck source=/dev/null
source "$1"

failed=0
# offers "WORDS TYPED" EXPECTED...: the last word is being completed; "" for a new one.
offers() {
  IFS=' ' read -r -a COMP_WORDS <<<"$1"
  [[ $1 == *" " ]] && COMP_WORDS+=("")
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  COMPREPLY=()
  shift
  _memmap
  local got="${COMPREPLY[*]}" want="$*"
  if [[ $got != "$want" ]]; then
    echo "${COMP_WORDS[*]}: got <$got>, want <$want>"
    failed=1
  fi
}

offers "memmap s" simulate show suggest sweep
offers "memmap show st" steps
offers "memmap show zones --so" --sort
offers "memmap show zones --color " auto always never
offers "memmap --v" --version
offers "memmap simulate --e" --e820
offers "memmap simulate --format m" memblock-debug meminfo
offers "memmap simulate --format i" iomem
offers "memmap simulate --format = j" json jsonl
offers "memmap simulate --cmdline " # free text
offers "memmap access --format m" memtype
offers "memmap access --d" --do
offers "memmap explain --l" --live --lost --limit
offers "memmap explain --format j" json
offers "memmap convert boot.log --to e" etc-e820 exactmap
offers "memmap convert boot.log --t" --to
offers "memmap simulate --o" --output
offers "memmap help c" convert capture compare check
offers "memmap plugin " list show check new
offers "memmap plugin new x --kind s" source
offers "memmap replay boot.log --format " text json
offers "memmap replay --c" --cmdline
offers "memmap verify boot.log --format " text json
offers "memmap lint --l" --list --limit
offers "memmap lint --format " text json
offers "memmap kernel --p" --parts --params
exit $failed
