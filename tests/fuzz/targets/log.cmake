memmap_fuzz(dmesg DEPS input)
memmap_fuzz(witness DEPS witness)
