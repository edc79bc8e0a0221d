# What Debian's policy wants in every package, put into the trees that CPack packs. Run by cpack (package.cmake).
file(GLOB trees ${CPACK_TEMPORARY_DIRECTORY}/*/usr)
foreach(tree IN LISTS trees)
  cmake_path(GET tree PARENT_PATH component)
  cmake_path(GET component FILENAME component)
  string(TOUPPER ${component} upper)
  set(doc ${tree}/share/doc/${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  file(MAKE_DIRECTORY ${doc})
  file(WRITE ${doc}/changelog "memmap (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * CHANGELOG.md of memmap-doc tells what changed.

 -- ${CPACK_PACKAGE_CONTACT}  Thu, 01 Jan 1970 00:00:00 +0000
")
  file(WRITE ${doc}/copyright "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: memmap

Files: *
Copyright: 2026 the authors of memmap
License: Apache-2.0
 On Debian systems, the text of the Apache License 2.0 is in
 /usr/share/common-licenses/Apache-2.0.
")
  file(GLOB pages ${tree}/share/man/*/*.1)
  execute_process(COMMAND gzip -9nf ${doc}/changelog ${pages} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
