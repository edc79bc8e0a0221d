# The kernel's own code, from Debian's packages linux-source-6.12 and linux-source-6.1, for
# comparison only: unpacked into the build folder, never part of what we ship.
set(MEMMAP_KERNEL_SOURCES /usr/src CACHE PATH "Folder of the archives linux-source-VERSION.tar.xz")
set(MEMMAP_KERNEL_UNPACKED ${PROJECT_BINARY_DIR}/kernel_source CACHE PATH "Where they are unpacked")

# How tools/testing/memblock is compiled: its Makefile, with NUMA=1.
# Unfortified: what it prints is caught where it calls printf() itself.
set(MEMMAP_KERNEL_FLAGS -std=gnu11 -w "SHELL:-U_FORTIFY_SOURCE" -DCONFIG_PHYS_ADDR_T_64BIT -DCONFIG_NUMA
  -DCONFIG_NODES_SHIFT=4)

# Of tools/testing/memblock: all of the suite but memblock.c and what only that needs.
set(MEMMAP_KERNEL_SUITE main.c mmzone.c lib/slab.c tests/common.c tests/basic_api.c
  tests/alloc_api.c tests/alloc_helpers_api.c tests/alloc_nid_api.c tests/alloc_exact_nid_api.c)

# Sets `root` in the caller's scope to where the package of `version` will be unpacked, by the
# target memmap_kernel_source_VERSION; empty where it is not installed.
function(memmap_kernel_source version root)
  set(archive ${MEMMAP_KERNEL_SOURCES}/linux-source-${version}.tar.xz)
  if(NOT EXISTS ${archive})
    set(${root} "" PARENT_SCOPE)
    return()
  endif()
  set(folder ${MEMMAP_KERNEL_UNPACKED})
  set(tree ${folder}/linux-source-${version})
  set(${root} ${tree} PARENT_SCOPE)
  if(TARGET memmap_kernel_source_${version})
    return()
  endif()
  set(named ${MEMMAP_KERNEL_SUITE})
  list(TRANSFORM named PREPEND ${tree}/tools/testing/memblock/)
  list(APPEND named ${tree}/mm/memblock.c ${tree}/tools/testing/kunit/kunit_parser.py)
  set(members tools/testing/memblock tools/testing/kunit tools/testing/selftests/kselftest.h tools/include
    tools/arch/x86/include arch/x86/include/asm/asm.h arch/x86/include/asm/cmpxchg.h
    include/linux/memblock.h include/linux/gfp_types.h mm/memblock.c)
  list(TRANSFORM members PREPEND linux-source-${version}/)
  set(suite ${tree}/tools/testing/memblock)
  add_custom_command(OUTPUT ${named}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}
    # Ten seconds of work: not again for another build, which shares the folder.
    COMMAND test ${tree}/unpacked -nt ${archive} -a -d ${tree}/tools/testing/kunit ||
      tar -xJf ${archive} -C ${folder} --touch ${members}
    COMMAND ${CMAKE_COMMAND} -E touch ${tree}/unpacked
    # What the suite's Makefile links into place.
    COMMAND ${CMAKE_COMMAND} -E create_symlink ../../../../include/linux/memblock.h
      ${suite}/linux/memblock.h
    COMMAND ${CMAKE_COMMAND} -E create_symlink ../../../arch/x86/include/asm/asm.h
      ${suite}/asm/asm.h
    COMMAND ${CMAKE_COMMAND} -E create_symlink ../../../arch/x86/include/asm/cmpxchg.h
      ${suite}/asm/cmpxchg.h
    DEPENDS ${archive}
    COMMENT "Unpacking memblock, its test suite and kunit of linux-source-${version}" VERBATIM)
  add_custom_target(memmap_kernel_source_${version} DEPENDS ${named})
endfunction()

# Adds the library kernel_memblock_VERSION: the kernel's mm/memblock.c behind
# tests/support/kernel_memblock/kernel_memblock.h. Nothing where the package is not installed.
function(memmap_kernel_memblock version)
  if(TARGET kernel_memblock_${version})
    return()
  endif()
  memmap_kernel_source(${version} tree)
  if(NOT tree)
    return()
  endif()
  set(here ${PROJECT_SOURCE_DIR}/tests/support/kernel_memblock)
  add_library(kernel_memblock_${version} STATIC ${tree}/mm/memblock.c ${here}/kernel_memblock.c)
  add_dependencies(kernel_memblock_${version} memmap_kernel_source_${version})
  target_include_directories(kernel_memblock_${version} PRIVATE ${tree}/tools/testing/memblock
    ${tree}/tools/include INTERFACE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_options(kernel_memblock_${version} PRIVATE ${MEMMAP_KERNEL_FLAGS} -O2 -UNDEBUG
    -fno-sanitize=all)
  set_source_files_properties(${tree}/mm/memblock.c TARGET_DIRECTORY kernel_memblock_${version}
    PROPERTIES COMPILE_DEFINITIONS "printf=kmb_printf;fprintf=kmb_fprintf")
  if(version VERSION_GREATER_EQUAL 6.6)
    target_compile_definitions(kernel_memblock_${version} PRIVATE KMB_RESERVE_BOOTMEM_NID)
  endif()
endfunction()
