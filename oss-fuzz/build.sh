#!/bin/bash -eu
# Builds every fuzz target with the compilers, flags and engine of the environment: CC, CXX, CFLAGS, CXXFLAGS,
# LIB_FUZZING_ENGINE, SRC, OUT, WORK, as OSS-Fuzz sets them. $OUT gets each target, its seeds as a zip, its
# dictionary, its options, and in lib/ the shared libraries that it needs, as the machine that runs it has none.
#
# oss-fuzz/try runs it on this machine, without OSS-Fuzz.
cd "$SRC/memmap"
work=${WORK:-/tmp/work}
mkdir -p "$work" "$OUT/lib"
prefix=$work/prefix

# Of the system where there is no source of it.
library() {
  local name=$1
  shift
  [[ -d $SRC/$name ]] || return 0
  cmake -S "$SRC/$name" -B "$work/$name" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
    -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_LIBDIR=lib "$@"
  cmake --build "$work/$name" --target install
}
library fmt -DFMT_TEST=OFF -DFMT_DOC=OFF
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig:${PKG_CONFIG_PATH:-}

# No sanitizer of ours: the flags have them. -O1 is what they ask for.
cmake -S . -B "$work/memmap" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_PREFIX_PATH="$prefix" \
  -DMEMMAP_FUZZ=ON -DMEMMAP_FUZZ_ENGINE="$LIB_FUZZING_ENGINE" -DMEMMAP_TESTS=OFF -DMEMMAP_BENCH=OFF \
  -DMEMMAP_HARDEN=OFF
mapfile -t targets < <(sed -n 's/^ *memmap_fuzz(\([a-z0-9_]*\).*/\1/p' tests/fuzz/targets/*.cmake | sort)
if [[ -n ${MEMMAP_FUZZ_ONLY:-} ]]; then  # to try this script in less time
  read -r -a targets <<<"$MEMMAP_FUZZ_ONLY"
fi
cmake --build "$work/memmap" --target "${targets[@]/#/fuzz_}"
python3 -B tests/fuzz/dictionaries.py "$work/dict" "${targets[@]}"

# What a program or library needs of the shared libraries of packages, C library and compiler apart.
needed() {
  ldd "$1" | sed -n 's|.*=> \(/[^ ]*\) .*|\1|p' |
    grep -v '/\(libc\|libm\|libdl\|libpthread\|librt\|libresolv\|libgcc_s\|libstdc++\|ld-linux[^/]*\)\.so' || true
}
copy_library() {
  local file=$1 name
  name=$(basename "$file")
  [[ ! -e $OUT/lib/$name ]] || return 0
  cp -L "$file" "$OUT/lib/$name"
  patchelf --set-rpath "\$ORIGIN" "$OUT/lib/$name"
  while read -r file; do copy_library "$file"; done < <(needed "$OUT/lib/$name")
}

for target in "${targets[@]}"; do
  out=$OUT/fuzz_$target
  cp "$work/memmap/tests/fuzz/fuzz_$target" "$out"
  while read -r file; do copy_library "$file"; done < <(needed "$out")
  patchelf --force-rpath --set-rpath "\$ORIGIN/lib" "$out"
  rm -f "$out"_seed_corpus.zip
  (cd "tests/fuzz/corpus/$target" && zip -q -r "$out"_seed_corpus.zip .)
  [[ ! -e $work/dict/$target.dict ]] || cp "$work/dict/$target.dict" "$out.dict"
  printf '[libfuzzer]\nmax_len = 1048576\ntimeout = 25\nrss_limit_mb = 2560\n' >"$out.options"
done
# What `boot` boots: profiles of real kernels.
cp -r share/kernels "$OUT/kernels"
# Loaded by name when they are needed (cmake/lazy.cmake), so that no program lists them.
for name in libarchive.so.13 libelf.so.1 libbpf.so.1 libcgraph.so.6 libgvc.so.6 libsqlite3.so.0; do
  file=$(ldconfig -p | sed -n "s|.*$name .*=> ||p" | head -n 1)
  [[ -z $file ]] || copy_library "$file"
done
