memmap_fuzz(btf DEPS profile)
memmap_fuzz(kernel_image DEPS profile)
memmap_fuzz(vmlinuz DEPS profile)
memmap_fuzz(kernel_config DEPS profile)
