# What makes an exploit of a bug harder, in builds that are optimised and not sanitized (ASan has its own
# checks, which _FORTIFY_SOURCE would hide): position-independent programs whose tables of functions are
# read-only before main(), guarded stacks, checked copies into buffers of known size, checked operator[]
# of the standard library. tests/setup/hardened.py reads it off the files. `-D MEMMAP_HARDEN=OFF` leaves
# it to the builder's own flags.
option(MEMMAP_HARDEN "Build programs, plugins and libraries with the toolchain's hardening" ON)
if(NOT MEMMAP_HARDEN OR MEMMAP_SANITIZE OR CMAKE_BUILD_TYPE STREQUAL Debug)
  return()
endif()

add_compile_options(-fstack-protector-strong -fstack-clash-protection -fcf-protection
  -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
add_compile_definitions(_GLIBCXX_ASSERTIONS)
add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack
  $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-pie>)
