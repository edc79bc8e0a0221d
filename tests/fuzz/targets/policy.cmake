memmap_fuzz(policy DEPS policy)
