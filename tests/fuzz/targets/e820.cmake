memmap_fuzz(e820_edits DEPS e820)
memmap_fuzz(command_line DEPS e820)
