#!/usr/bin/env python3
"""Writes a kernel profile (share/kernels/NAME.yaml) from what a kernel's build leaves behind.

  tools/make_profile.py --name 6.12.117+deb12-amd64 --config CONFIG --symbols SYMBOLS \\
      --structs STRUCTS [--parameters PARAMS] --origin 'Debian 12 backports, linux-image-...' > share/kernels/NAME.yaml

CONFIG   the kernel's .config (/boot/config-NAME)
SYMBOLS  addresses of its symbols without KASLR: `nm vmlinux`, System.map, or /proc/kallsyms of a
         boot with nokaslr; may be packed with zstd (needs the program zstd)
PARAMS   optional: the parameters that it knows, one a line: `early NAME` (early_param), `setup NAME=`
         (__setup, with its `=` if it has one) or `param NAME` (module_param, core_param)
STRUCTS  sizes of structures, as JSON: {"page": {"size": 64}, ...} or {"page": 64, ...}; from BTF:
         `bpftool btf dump file vmlinux format c`, pahole, or a reader of BTF
"""
import argparse
import json
import re
import subprocess
import sys

# Key of the profile: symbol.
SYMBOLS = {
    "etext": "_etext",
    "start_rodata": "__start_rodata",
    "end_rodata": "__end_rodata",
    "sdata": "_sdata",
    "edata": "_edata",
    "bss_start": "__bss_start",
    "bss_stop": "__bss_stop",
    "end_of_kernel_reserve": "__end_of_kernel_reserve",
    "brk_base": "__brk_base",
    "end": "_end",
}

# Options of the configuration that change the boot; those that are off are written as false.
OPTIONS = """
ACPI ACPI_NUMA ACPI_TABLE_UPGRADE AMD_MEM_ENCRYPT AMD_NUMA BASE_SMALL BOOT_CONFIG CMA CMA_AREAS
CMA_SIZE_MBYTES CMA_SIZE_PERCENTAGE CMA_SIZE_SEL_MAX CMA_SIZE_SEL_MBYTES CMA_SIZE_SEL_MIN
CMA_SIZE_SEL_PERCENTAGE CMDLINE CMDLINE_BOOL CMDLINE_OVERRIDE CPUMASK_OFFSTACK CPU_ISOLATION
CRASH_DUMP CRASH_RESERVE DEBUG_OBJECTS DEBUG_PAGEALLOC DEBUG_PAGEALLOC_ENABLE_DEFAULT DMA_CMA
DMI EFI EFI_RUNTIME_MAP FIRMWARE_MEMMAP GART_IOMMU HIBERNATION HPET_TIMER HUGETLB_PAGE
HUGETLB_PAGE_OPTIMIZE_VMEMMAP INIT_ON_ALLOC_DEFAULT_ON INIT_ON_FREE_DEFAULT_ON INTEL_IOMMU
INTEL_TDX_GUEST ISA_DMA_API KASAN KEXEC_CORE KFENCE KFENCE_NUM_OBJECTS KFENCE_SAMPLE_INTERVAL
KMSAN LOCKDEP LOG_BUF_SHIFT LOG_CPU_MAX_BUF_SHIFT MAXSMP MEMCG MEMORY_HOTREMOVE
MEM_ALLOC_PROFILING MITIGATION_PAGE_TABLE_ISOLATION MODULES NO_HZ_FULL NR_CPUS NUMA_EMU
PAGE_EXTENSION PAGE_IDLE_FLAG PAGE_OWNER PAGE_POISONING PAGE_TABLE_CHECK
PAGE_TABLE_CHECK_ENFORCED PAGE_TABLE_ISOLATION PCI PHYSICAL_ALIGN PRINTK RANDOMIZE_BASE
RANDOMIZE_MEMORY RANDOM_KMALLOC_CACHES RCU_NOCB_CPU SLUB_DEBUG SMP SPARSEMEM_EXTREME
SPARSEMEM_VMEMMAP STACKDEPOT STACKDEPOT_ALWAYS_INIT SWIOTLB SWIOTLB_DYNAMIC TRANSPARENT_HUGEPAGE
UNWINDER_ORC VMAP_STACK X86_ESPFIX64 X86_IO_APIC X86_MPPARSE X86_X2APIC XEN_PV ZONE_DMA
ZONE_DMA32
""".split()

# Further symbols: offsets from _text, of per-CPU ones from the start of their section.
FURTHER_SYMBOLS = """
__per_cpu_start __per_cpu_end __per_cpu_load real_mode_blob real_mode_blob_end __init_begin
__init_end _sinittext _einittext __nosave_begin __nosave_end __smp_locks __smp_locks_end
__end_rodata_hpage_align __entry_text_start __entry_text_end __log_buf
""".split()

# Functions that call memblock, or are inlined into those that do; the ones that the symbol table
# has are not inlined, so memblock=debug names them.
CALLERS = set("""
acpi_parse_hpet acpi_reserve_initial_tables alloc_bootmem_cpumask_var alloc_large_system_hash
alloc_low_pages alloc_node_data arch_reserve_crashkernel __alloc_bootmem_huge_page
alloc_bootmem_huge_page alloc_offline_node_data crash_reserve dma_contiguous_reserve
e820__memblock_alloc_reserved e820__memblock_setup e820__register_nosave_regions
e820__reserve_resources early_reserve_memory efi_memattr_init efi_memblock_x86_reserve_range
efi_reserve_boot_services firmware_map_add_early free_area_init init_mem_mapping
io_apic_init_mappings ioapic_setup_resources kfence_alloc_pool kfence_alloc_pool_and_metadata
memblocks_present memmap_alloc memory_map_top_down numa_alloc_distance pcpu_alloc_alloc_info
pcpu_alloc_first_chunk pcpu_build_alloc_info pcpu_embed_first_chunk pcpu_fc_alloc pcpu_fc_free
pcpu_free_alloc_info pcpu_page_first_chunk pcpu_setup_first_chunk print_unknown_bootoptions
register_nosave_region relocate_initrd reserve_brk reserve_crashkernel
reserve_crashkernel_generic reserve_crashkernel_low reserve_real_mode setup_arch
setup_command_line setup_cpu_local_masks setup_log_buf setup_node_to_cpumask_map
smp_reserve_memory smp_scan_config sparse_buffer_fini sparse_buffer_init
sparse_early_usemaps_alloc_pgdat_section sparse_index_alloc sparse_init sparse_init_nid
spp_getpage start_kernel swiotlb_init_remap swiotlb_memblock_alloc vmemmap_alloc_block
vmemmap_alloc_block_zero vmemmap_p4d_populate vmemmap_pgd_populate vmemmap_pud_populate
vmemmap_pmd_populate __earlyonly_bootmem_alloc
""".split())


def read_text(path):
    if path.endswith(".zst"):
        return subprocess.run(["zstd", "-dcq", path], check=True, stdout=subprocess.PIPE,
                              text=True).stdout
    with open(path, encoding="utf-8") as file:
        return file.read()


def read_symbols(path):
    needed = set(SYMBOLS.values()) | {"_text"}
    wanted = needed | set(FURTHER_SYMBOLS)
    found = {}
    functions = set()
    for line in read_text(path).splitlines():
        parts = line.split()
        if len(parts) == 3 and parts[1] in "tT" and parts[2].split(".")[0] in CALLERS:
            if not parts[2].endswith((".cold", ".part.0")):
                functions.add(parts[2])
        if len(parts) == 3 and parts[2] in wanted:
            found.setdefault(parts[2], int(parts[0], 16))
    missing = sorted(needed - set(found))
    if missing:
        sys.exit(f"{path}: no symbol {', '.join(missing)}")
    text = found["_text"]
    image = {key: found[symbol] - text for key, symbol in SYMBOLS.items()}
    return image, {name: found[name] - (text if found[name] >= text else 0)
                   for name in sorted(set(FURTHER_SYMBOLS) & set(found))}, functions


def read_config(path):
    options = dict(re.findall(r"^CONFIG_(\w+)=(.*)$", read_text(path), re.MULTILINE))
    if options.get("X86_64") != "y":
        sys.exit(f"{path}: not the configuration of an x86-64 kernel")
    return options


def read_sizes(path):
    return {name: value["size"] if isinstance(value, dict) else value
            for name, value in json.loads(read_text(path)).items()}


def option_value(value):
    """As the profile writes it: y and m are true, numbers stay, an absent option is false."""
    if value in ("y", "m"):
        return "true"
    return "false" if value is None else value


def read_parameters(path):
    kinds = {"early": [], "setup": [], "param": []}
    for line in read_text(path).splitlines():
        kind, name = line.split(maxsplit=1)
        if kind not in kinds:
            sys.exit(f"{path}: `{kind}` is none of {', '.join(kinds)}")
        if not (kind == "param" and "." in name):  # a name with a dot is never passed on to init
            kinds[kind].append(name)
    return kinds


def folded(names):
    """Lines of a YAML block scalar, 100 columns at most."""
    lines = [""]
    for name in sorted(set(names)):
        if lines[-1] and len(lines[-1]) + 1 + len(name) > 96:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + name
    return ["    " + line for line in lines if line]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    for option in ("name", "config", "symbols", "structs", "origin"):
        parser.add_argument("--" + option, required=True)
    parser.add_argument("--parameters", help="default: none is known")
    parser.add_argument("--version", help="default: the numbers that the name starts with")
    args = parser.parse_args()
    version = args.version or re.match(r"[0-9.]*", args.name).group(0).rstrip(".")
    if version.count(".") < 1:
        sys.exit("--version is needed: the name does not start with one")
    config = read_config(args.config)
    flag = lambda option: "true" if config.get(option) == "y" else "false"
    # HUGETLB_PAGE_ORDER is PMD_SHIFT - PAGE_SHIFT; without huge pages a block is a MAX_PAGE_ORDER one.
    max_order = 10
    pageblock = 9 if config.get("HUGETLB_PAGE") == "y" else max_order

    image, symbols, functions = read_symbols(args.symbols)
    out = ["# Written by tools/make_profile.py. share/doc/kernel-profile.md explains the keys.",
           "schema: memmap/kernel/1",
           f"name: {json.dumps(args.name)}",
           f"version: {json.dumps(version)}",
           f"origin: {json.dumps(args.origin)}",
           "image:  # bytes from _text"]
    out += [f"  {key}: {value:#x}" for key, value in image.items()]
    out += [f"default_phys_base: {int(config['PHYSICAL_START'], 0):#x}",
            f"nodes_shift: {config.get('NODES_SHIFT', '0')}",
            f"x86_5level: {flag('X86_5LEVEL')}",
            f"deferred_struct_page_init: {flag('DEFERRED_STRUCT_PAGE_INIT')}",
            f"memory_hotplug: {flag('MEMORY_HOTPLUG')}",
            f"numa: {flag('NUMA')}",
            f"reserve_low: {config.get('X86_RESERVE_LOW', '64')}K",
            f"pageblock_order: {pageblock}",
            f"max_page_order: {max_order}",
            "struct_sizes:  # bytes"]
    out += [f"  {name}: {size}" for name, size in sorted(read_sizes(args.structs).items())]
    out.append("config:")
    out += [f"  {name}: {option_value(config.get(name))}" for name in OPTIONS]
    out.append("symbols:  # bytes from _text, or from the start of the per-CPU section")
    out += [f"  {name}: {value:#x}" for name, value in symbols.items()]
    if args.parameters:
        out.append("parameters:")
        for kind, names in read_parameters(args.parameters).items():
            out += [f"  {kind}: >-"] + folded(names)
    if functions:
        out += ["functions: >-"] + [line[2:] for line in folded(functions)]
    print("\n".join(out))


if __name__ == "__main__":
    main()
