memmap_fuzz(acpi DEPS input)
memmap_fuzz(smbios DEPS input capture)
memmap_fuzz(machine_tar DEPS input)
