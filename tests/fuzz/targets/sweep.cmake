memmap_fuzz(matrix DEPS sweep)
