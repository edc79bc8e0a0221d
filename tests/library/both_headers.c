/* Both headers in one source: no name stands in both. */
#include <memmap/memmap.h>

#include "plugin/abi.h"

int main(void) { return memmap_library_version() == 0 && MEMMAP_OK == MEMMAP_DONE; }
