memmap_fuzz(matrix DEPS sweep)
memmap_fuzz(rows DEPS sweep)
