memmap_fuzz(replay DEPS input replay report)
