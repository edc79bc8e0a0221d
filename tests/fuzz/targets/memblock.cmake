memmap_fuzz(memblock DEPS memblock)
