# bash completion for memmap; tests/docs/completion.sh checks it.

_memmap() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  local commands="simulate show access convert replay verify lint kernel capture kernels formats compare diff check walk explain frames kaslr suggest kdump sweep plugin help"
  # `--option=value` arrives in three words.
  if [[ $cur == "=" ]]; then
    cur=""
  elif [[ $prev == "=" ]]; then
    prev=${COMP_WORDS[COMP_CWORD-2]}
  fi

  case $prev in
    --e820 | --against | --machine | --sysroot | --plugin-dir | -o | --output | --db | --shrink | --parts | --btf | --config | \
      --system-map | --kallsyms | --sections | --params | --initrd)
      compopt -o default 2>/dev/null
      COMPREPLY=()
      return
      ;;
    --kernel)
      # Names of profiles as well as files.
      local profiles
      profiles=$(printf '%s\n' /usr/share/memmap/kernels/*.yaml | sed -n 's|.*/\([^*]*\)\.yaml$|\1|p')
      compopt -o default 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -W "$profiles" -- "$cur")
      return
      ;;
    --format)
      local report_formats="text json jsonl dot svg png pdf html memblock-debug qemu-mem ptdump meminfo zoneinfo buddyinfo iomem"
      case ${COMP_WORDS[1]:-} in
        access) report_formats="text json memtype" ;;
        diff) report_formats="text json svg html" ;;
        check) report_formats="text json tap junit ktap github sarif" ;;
        sweep) report_formats="jsonl csv" ;;
        replay | verify | lint | compare | kernels | walk | explain | kaslr | suggest | kdump) report_formats="text json" ;;
      esac
      mapfile -t COMPREPLY < <(compgen -W "$report_formats" -- "$cur")
      return
      ;;
    --to)
      if [[ ${COMP_WORDS[1]:-} == frames ]]; then
        COMPREPLY=()
        return
      fi
      mapfile -t COMPREPLY < <(
        compgen -W "yaml json sysfs etc-e820 exactmap c-array synthetic" -- "$cur")
      return
      ;;
    --input-format)
      mapfile -t COMPREPLY < <(
        compgen -W "$("${COMP_WORDS[0]}" formats 2>/dev/null | awk '/^[a-z]/ {print $1}')" -- "$cur")
      return
      ;;
    --diagram)
      mapfile -t COMPREPLY < <(
        compgen -W "map memblock pipeline pagetables virtual numa structs buddy fixmap" -- "$cur")
      return
      ;;
    --theme)
      mapfile -t COMPREPLY < <(compgen -W "auto light dark print" -- "$cur")
      return
      ;;
    --at)
      mapfile -t COMPREPLY < <(compgen -W "hand-over user-space" -- "$cur")
      return
      ;;
    --theme)
      mapfile -t COMPREPLY < <(compgen -W "auto light dark print" -- "$cur")
      return
      ;;
    --scale)
      mapfile -t COMPREPLY < <(compgen -W "log linear equal" -- "$cur")
      return
      ;;
    --side)
      mapfile -t COMPREPLY < <(compgen -W "old new" -- "$cur")
      return
      ;;
    --kind)
      mapfile -t COMPREPLY < <(compgen -W "trim numa alloc check source report" -- "$cur")
      return
      ;;
    --color)
      mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$cur")
      return
      ;;
    --synthetic | --columns | --input-columns | --sort | --width | --boot | --cmdline | --append | --plugin | --without-plugin | --plugin-timeout | --alloc | --do | --name | --title | --from)
      COMPREPLY=()
      return
      ;;
  esac

  local command=${COMP_WORDS[1]:-}
  if [[ $COMP_CWORD -eq 1 ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$commands --version --help" -- "$cur")
    return
  fi
  local options=""
  case $command in
    simulate)
      options="--e820 --synthetic --machine --sysroot --live --input-format --columns --boot --side --no-entry-limit
        --kernel --config --cmdline --append --plugin --without-plugin --plugin-dir --isolate-plugins
        --isolate-unprotected
        --plugin-timeout --format --section --width --color --no-pager --at --diagram --scale --theme --title --full --against --kaslr-base --output --force
        --strict --help"
      ;;
    show)
      options="--e820 --synthetic --machine --sysroot --live --input-format --input-columns --boot --side --no-entry-limit
        --columns --sort --json --raw --bytes --no-headings --kernel --config --cmdline --append --kaslr-base
        --width --color --no-pager --plugin --without-plugin --plugin-dir --isolate-plugins --isolate-unprotected --plugin-timeout --output --force --help"
      if [[ $COMP_CWORD -eq 2 && $cur != -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "e820 memblock reserved owners nodes zones free pagetables fixmap percpu cma
          hugepages parameters slots ledger steps events log" -- "$cur")
        return
      fi
      ;;
    access)
      options="--e820 --synthetic --machine --sysroot --live --input-format --columns --boot --side --no-entry-limit --do
        --kernel --config --cmdline --append --plugin --without-plugin --plugin-dir --isolate-plugins
        --isolate-unprotected
        --plugin-timeout --format --at --kaslr-base --output --force --help"
      ;;
    convert)
      options="--to --e820 --synthetic --machine --sysroot --input-format --columns --boot --side --plugin-dir --isolate-plugins --isolate-unprotected --output
        --force --help"
      ;;
    replay)
      options="--kernel --cmdline --append --boot --format --output --force --help"
      ;;
    verify)
      options="--live --machine --input-format --boot --kernel --config --kaslr-base --format --output
        --force --help"
      ;;
    lint)
      options="--e820 --synthetic --machine --sysroot --input-format --columns --boot --side --no-entry-limit --kernel
        --config --cmdline --append --plugin --without-plugin --plugin-dir --isolate-plugins --isolate-unprotected --plugin-timeout --list
        --format --output --force --help"
      ;;
    kernel)
      options="--parts --btf --config --system-map --kallsyms --sections --params --name --explain
        --output --force --help"
      ;;
    capture)
      options="--output --sysroot --keep-identifiers --help"
      ;;
    help)
      mapfile -t COMPREPLY < <(compgen -W "simulate show access convert replay verify lint kernel capture kernels formats compare diff check walk explain frames kaslr suggest kdump sweep plugin" -- "$cur")
      return
      ;;
    compare)
      options="--e820 --synthetic --machine --sysroot --input-format --columns --boot --side --no-entry-limit --kernel
        --config --cmdline --append --alloc --plugin-dir --isolate-plugins --isolate-unprotected --plugin-timeout --format
        --output --force --help"
      ;;
    diff)
      options="--kernel --new-kernel --config --new-config --cmdline --new-cmdline --append --new-append --boot --new-boot
        --input-format --no-entry-limit --plugin-dir --isolate-plugins --isolate-unprotected --ignore --tolerance --format --scale --theme --title --output --force --help"
      ;;
    check)
      options="--e820 --synthetic --machine --sysroot --live --input-format --columns --boot --side --no-entry-limit
        --kernel --config --cmdline --append --kaslr-base --plugin --without-plugin --plugin-dir --isolate-plugins
        --isolate-unprotected
        --plugin-timeout --update --format --output --force --help"
      ;;
    walk)
      options="--e820 --synthetic --machine --sysroot --live --input-format --columns --boot --side --no-entry-limit
        --kernel --config --cmdline --append --plugin --without-plugin --plugin-dir --isolate-plugins
        --isolate-unprotected
        --plugin-timeout --format --at --root --kaslr-base --output --force --help"
      ;;
    explain)
      options="--e820 --synthetic --machine --sysroot --live --input-format --columns --boot --side
        --no-entry-limit --lost --kernel --config --cmdline --append --plugin --without-plugin --plugin-dir --isolate-plugins
        --isolate-unprotected
        --plugin-timeout --format --kaslr-base --output --force --help"
      ;;
    frames)
      options="--e820 --synthetic --machine --sysroot --live --input-format --columns --boot --side --no-entry-limit
        --kernel --config --cmdline --append --plugin --without-plugin --plugin-dir --isolate-plugins --isolate-unprotected --plugin-timeout
        --from --to --all --scale --theme --title --kaslr-base --output --force --help"
      ;;
    kaslr)
      options="--e820 --synthetic --machine --sysroot --live --input-format --columns --boot --side --no-entry-limit
        --list --kernel --config --cmdline --append --plugin --without-plugin --plugin-dir --isolate-plugins
        --isolate-unprotected
        --plugin-timeout --format --output --force --help"
      ;;
    suggest)
      options="--e820 --synthetic --machine --sysroot --live --input-format --columns --boot --side --no-entry-limit
        --size --initrd --need --second-append --node --ranges --check --page --leave
        --kernel --config --cmdline --append --plugin --without-plugin --plugin-dir --isolate-plugins
        --isolate-unprotected
        --plugin-timeout --format --output --force --help"
      if [[ $COMP_CWORD -eq 2 && $cur != -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "crashkernel pmem ramoops device badram hugepages" -- "$cur")
        return
      fi
      ;;
    kdump)
      options="--e820 --synthetic --machine --sysroot --live --input-format --columns --boot --side --no-entry-limit
        --crash-kernel --initrd --need --second-append --kernel --config --cmdline --append --plugin --without-plugin
        --plugin-dir --isolate-plugins --isolate-unprotected --plugin-timeout --format --output --force --help"
      ;;
    sweep)
      options="--threads --format --output --resume --force --shard --filter --only-failures --db --shrink --merge --yes
        --plugin-dir --isolate-plugins --isolate-unprotected --plugin-timeout --help"
      ;;
    plugin)
      options="--plugin-dir --isolate-plugins --isolate-unprotected --kind --output --help"
      if [[ $COMP_CWORD -eq 2 && $cur != -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "list show check new" -- "$cur")
        return
      fi
      ;;
    formats)
      options="--plugin-dir --isolate-plugins --isolate-unprotected --help"
      ;;
    kernels)
      options="--differences --format --help"
      ;;
  esac
  if [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
  elif [[ $command == show || $command == access || $command == convert || $command == replay || $command == verify || $command == lint || $command == kernel || $command == compare || $command == check ||
    $command == walk || $command == explain || $command == kaslr || $command == suggest || $command == kdump || $command == sweep || $command == plugin ]]; then
    compopt -o default 2>/dev/null
    COMPREPLY=()
  else
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
  fi
}
complete -F _memmap memmap
