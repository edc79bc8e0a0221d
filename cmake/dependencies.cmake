# Every library we use, and nothing else. The Debian packages that hold them are listed in
# tools/packages.txt, which tools/setup installs.
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)                                            # text
pkg_check_modules(yaml REQUIRED IMPORTED_TARGET yaml-0.1)             # scenarios, kernel profiles
find_package(nlohmann_json REQUIRED)                                  # JSON
find_package(pegtl REQUIRED)                                          # the rules of policies
find_package(CLI11 REQUIRED)                                          # command line
find_package(LibArchive REQUIRED)                                     # .gz .xz .zst .tar
find_package(Boost 1.74 REQUIRED)                                     # Boost.DLL: plugins; Boost.Asio: all cores
pkg_check_modules(libelf REQUIRED IMPORTED_TARGET libelf)             # ELF cores, vmlinux
pkg_check_modules(libbpf REQUIRED IMPORTED_TARGET libbpf)             # BTF
find_package(ZLIB REQUIRED)                                            # CRC32 of a hibernated image
pkg_check_modules(libmd REQUIRED IMPORTED_TARGET libmd)               # MD5 of the same, of older kernels
pkg_check_modules(cgraph REQUIRED IMPORTED_TARGET libcgraph)          # DOT
pkg_check_modules(gvc REQUIRED IMPORTED_TARGET libgvc)                # drawing DOT
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3)           # sweep --db
pkg_check_modules(seccomp REQUIRED IMPORTED_TARGET libseccomp)         # plugins in processes of their own
if(MEMMAP_TESTS)
  find_package(GTest REQUIRED)
endif()
if(MEMMAP_BENCH)
  find_package(benchmark REQUIRED)
endif()
