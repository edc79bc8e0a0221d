memmap_fuzz(acpi DEPS input)
memmap_fuzz(machine_tar DEPS input)
