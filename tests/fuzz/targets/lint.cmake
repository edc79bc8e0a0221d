memmap_fuzz(lint DEPS input profile lint)
