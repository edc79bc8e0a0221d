memmap_fuzz(btf DEPS kernel)
memmap_fuzz(kernel_image DEPS kernel)
memmap_fuzz(vmlinuz DEPS input)
memmap_fuzz(kernel_config DEPS kernel)
