memmap_fuzz(bad_memory DEPS suggest)
memmap_fuzz(initrd DEPS input)
