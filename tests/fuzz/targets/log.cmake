memmap_fuzz(dmesg DEPS input)
