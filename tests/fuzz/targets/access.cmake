memmap_fuzz(access DEPS input access boot plugin)
