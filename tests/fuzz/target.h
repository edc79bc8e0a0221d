// What a fuzz target is called: LLVMFuzzerTestOneInput() in its own program, memmap_fuzz_NAME() where
// fuzz_corpus has all of them (tests/support/corpus_main.cc).
//
//   FUZZ_TARGET(acpi)(const std::uint8_t* data, std::size_t size) { ...; return 0; }
#pragma once

#include <cstddef>
#include <cstdint>

#ifdef MEMMAP_FUZZ
#define FUZZ_TARGET(name) extern "C" int LLVMFuzzerTestOneInput
#else
#define FUZZ_TARGET(name) extern "C" int memmap_fuzz_##name
#endif
