# Runs the suite, shows its lines, and counts: PROGRAM, ARGUMENTS, EXPECTED checks.
execute_process(COMMAND ${PROGRAM} ${ARGUMENTS} OUTPUT_VARIABLE out ERROR_VARIABLE err
  RESULT_VARIABLE code)
message("${out}${err}")
string(REGEX MATCHALL "(^|\n)ok [0-9]+" passed "${out}")
string(REGEX MATCHALL "(^|\n)not ok [0-9]+" failed "${out}")
list(LENGTH passed passed)
list(LENGTH failed failed)
message("tools/testing/memblock: ${passed} of ${EXPECTED} checks passed, ${failed} failed, "
  "exit code ${code}")
if(NOT code EQUAL 0 OR NOT passed EQUAL EXPECTED OR NOT failed EQUAL 0)
  message(FATAL_ERROR "the kernel's suite does not pass")
endif()
