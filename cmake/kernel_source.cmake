# The kernel's own code, from the installed package linux-source-6.12, for comparison only: unpacked
# into the build folder, never part of what we ship.
#
# memmap_kernel_source() adds the target memmap_kernel_source, which unpacks what is needed once, and
# sets in the caller's scope:
#   MEMMAP_KERNEL_ROOT   the unpacked tree; empty where the package is missing
#   MEMMAP_KERNEL_FLAGS  how tools/testing/memblock is compiled (its Makefile, NUMA=1)
#   MEMMAP_KERNEL_INCLUDES  its include folders, in order
set(MEMMAP_KERNEL_TARBALL /usr/src/linux-source-6.12.tar.xz CACHE FILEPATH
  "Archive of the package linux-source-6.12")

# Of the package's folder linux-source-6.12/. The files named one by one are those that other rules
# name as their inputs.
set(MEMMAP_KERNEL_SUITE_SOURCES
  main.c mmzone.c lib/slab.c tests/common.c tests/basic_api.c tests/alloc_api.c
  tests/alloc_helpers_api.c tests/alloc_nid_api.c tests/alloc_exact_nid_api.c)
list(TRANSFORM MEMMAP_KERNEL_SUITE_SOURCES PREPEND tools/testing/memblock/)

function(memmap_kernel_source)
  set(root "")
  if(EXISTS ${MEMMAP_KERNEL_TARBALL})
    set(folder ${PROJECT_BINARY_DIR}/kernel_source)
    set(root ${folder}/linux-source-6.12)
    if(NOT TARGET memmap_kernel_source)
      set(named mm/memblock.c ${MEMMAP_KERNEL_SUITE_SOURCES})
      list(TRANSFORM named PREPEND ${root}/)
      set(members tools/testing/memblock tools/testing/selftests/kselftest.h tools/include
        tools/arch/x86/include arch/x86/include/asm/asm.h arch/x86/include/asm/cmpxchg.h
        include/linux/memblock.h include/linux/gfp_types.h mm/memblock.c)
      list(TRANSFORM members PREPEND linux-source-6.12/)
      add_custom_command(OUTPUT ${named}
        COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}
        COMMAND tar -xJf ${MEMMAP_KERNEL_TARBALL} -C ${folder} --touch ${members}
        # What the suite's Makefile links into place.
        COMMAND ${CMAKE_COMMAND} -E create_symlink ../../../../include/linux/memblock.h
          ${root}/tools/testing/memblock/linux/memblock.h
        COMMAND ${CMAKE_COMMAND} -E create_symlink ../../../arch/x86/include/asm/asm.h
          ${root}/tools/testing/memblock/asm/asm.h
        COMMAND ${CMAKE_COMMAND} -E create_symlink ../../../arch/x86/include/asm/cmpxchg.h
          ${root}/tools/testing/memblock/asm/cmpxchg.h
        DEPENDS ${MEMMAP_KERNEL_TARBALL}
        COMMENT "Unpacking the kernel's memblock and its test suite" VERBATIM)
      add_custom_target(memmap_kernel_source DEPENDS ${named})
    endif()
  endif()
  set(MEMMAP_KERNEL_ROOT "${root}" PARENT_SCOPE)
  set(MEMMAP_KERNEL_INCLUDES "${root}/tools/testing/memblock;${root}/tools/include" PARENT_SCOPE)
  set(MEMMAP_KERNEL_FLAGS
    "-std=gnu11;-w;-DCONFIG_PHYS_ADDR_T_64BIT;-DCONFIG_NUMA;-DCONFIG_NODES_SHIFT=4" PARENT_SCOPE)
endfunction()
