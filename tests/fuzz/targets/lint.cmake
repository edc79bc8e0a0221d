memmap_fuzz(lint DEPS input lint)
