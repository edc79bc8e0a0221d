memmap_fuzz(table DEPS input)
