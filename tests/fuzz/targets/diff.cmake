memmap_fuzz(view DEPS diff)
