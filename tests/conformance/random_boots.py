#!/usr/bin/env python3
"""Describes random boots for a recorder: machines for QEMU, and command lines.

  random_boots.py SEED COUNT OUT KERNEL...

OUT gets ID.json for each boot: "kernel", QEMU's "machine", "memory", "smp", "cpu", further arguments in "qemu", and
"append", the command line. The KERNELs, named as in share/kernels, take turns. The same SEED describes the same boots. What is
recorded of them is compared by boots.py, proc.py and verify.py; no test runs this.
"""
import json
import os
import random
import sys

CPUS = ["qemu64"] * 6 + ["qemu64,+pdpe1gb", "max", "max,-la57", "max,-pcid", "max,phys-bits=52", "Nehalem", "Skylake-Client", "EPYC",
                         "Opteron_G3", "Haswell", "Icelake-Server", "Denverton", "phenom", "kvm64", "core2duo", "qemu64,-pge",
                         "qemu64,-mtrr", "qemu64,-pat", "qemu64,-nx", "qemu64,phys-bits=36", "qemu64,-x2apic"]
MEMORY = [128, 200, 256, 333, 512, 768, 1024, 1024, 1500, 2048, 2048, 3072, 3500, 4096, 4096, 5120, 6144, 8192]
PLAIN = """pti=on nopti nogbpages no5lvl nopat noexec=off mitigations=off clearcpuid=pge clearcpuid=nx clearcpuid=pdpe1gb
disable_mtrr_trim enable_mtrr_cleanup memory_corruption_check=1 iommu=soft iommu=off nohpet acpi=off pci=noacpi noapic nolapic nosmp
nox2apic movable_node numa=off numa=noacpi hashdist=1 percpu_alloc=page debug_pagealloc=on page_owner=on page_poison=1
init_on_alloc=0 slub_debug=FZP slab_nomerge kfence.sample_interval=0 page_alloc.shuffle=1 stack_depot_disable=1 memtest=1
early_page_ext kmemleak=on retain_initrd noinitrd efi=noruntime noefi efi=nosoftreserve add_efi_memmap rodata=off
cgroup_disable=memory hugetlb_free_vmemmap=on swiotlb=force swiotlb=noforce quiet earlyprintk=serial,ttyS0,115200""".split()


class Describer:
    def __init__(self, seed):
        self.seed = seed
        self.random = random.Random(seed)
        self.mib = 0  # the machine's memory

    def size(self, low, high, unit="M"):
        return f"{self.random.randint(low, max(low, high))}{unit}"

    def odd(self):
        """A size that is seldom a round one."""
        return self.random.choice([self.size(1, 128), self.size(1, 4000, "K"), hex(self.random.randint(1, 1 << 27))])

    def place(self):
        """Page-aligned mostly, sometimes to a MiB, sometimes to nothing."""
        page = self.random.randint(16 << 8, max(64, self.mib - 64) << 8) << 12
        return hex(self.random.choice([page, page, page >> 20 << 20, page + self.random.randint(1, 4095)]))

    def words(self):
        """One parameter, or some that belong together."""
        pick, number, size, mib = self.random.choice, self.random.randint, self.size, self.mib
        kinds = [
            lambda: pick([f"crashkernel={size(16, mib // 2)}", f"crashkernel={size(32, 512)},high", f"crashkernel={self.odd()}",
                          f"crashkernel={size(16, 256)}@{size(16, mib)}", f"crashkernel=512M-2G:{size(16, 64)},2G-:{size(32, 256)}",
                          f"crashkernel={size(32, 512)},high crashkernel={size(0, 200)},low"]),
            lambda: pick([f"memmap={self.odd()}{kind}{self.place()}" for kind in "$#@!"] +
                         [f"memmap={self.odd()}%{self.place()}-{number(0, 3)}+{number(1, 7)}", f"memmap={size(mib // 2, mib)}"]),
            lambda: f"memmap=exactmap memmap={number(500, 639)}K@{pick(['0', '4K'])} memmap={size(mib // 2, mib - 2)}@1M",
            lambda: f"mem={size(mib // 2, mib)}",
            lambda: pick(["", "default_hugepagesz=1G ", "hugepagesz=1G ", "hugepagesz=2M "]) +
            f"hugepages={pick([str(number(0, mib // 3)), str(number(1, 3)), f'0:{number(0, 60)},1:{number(0, 60)}'])}",
            lambda: f"hugetlb_cma={pick(['1G', size(1, 900), '0:1G,1:1G'])}{pick(['', ' hugetlb_cma_only'])}",
            lambda: pick([f"cma={size(0, 256)}", f"cma={size(4, 128)}@{size(16, mib)}", f"cma={self.odd()}"]),
            lambda: f"swiotlb={number(1, 131072)}{pick(['', f',{number(1, 8)}', ',force'])}",
            lambda: f"log_buf_len={pick(['1M', '64M', '3M', '128K', str(number(1, 1 << 22))])}",
            lambda: f"numa=fake={pick([str(number(0, 65)), size(32, mib), f'{number(1, 5)}U'])}",
            lambda: f"{pick(['kernelcore', 'movablecore'])}={pick([size(16, mib), f'{number(1, 99)}%', self.odd()])}",
            lambda: pick([f"possible_cpus={number(1, 300)}", f"nr_cpus={number(1, 9)}", f"maxcpus={number(0, 8)}"]),
            lambda: f"reserve_mem={self.odd()}:{pick(['0', '4096', '2M'])}:kept",
            lambda: f"{pick('dimtu')}hash_entries={number(1, 1 << 20)}",
            lambda: pick(PLAIN), lambda: pick(PLAIN), lambda: pick(PLAIN), lambda: pick(PLAIN)]
        return pick(kinds)()

    def nodes(self, cpus):
        """QEMU's arguments for nodes with shares of memory and processors, some of them without."""
        count = max(2, min(cpus, self.random.choice([2, 2, 2, 3, 4, 5, 8])))
        left, sizes = self.mib, []
        for i in range(count):
            share = self.random.choice([0, self.random.randint(1, max(1, left)), left // (count - i)])
            sizes.append(left if i == count - 1 else min(share, left))
            left -= sizes[-1]
        arguments = []
        of_cpu = [self.random.choice([cpu % count, self.random.randrange(count)]) for cpu in range(cpus)]
        for nid, mib in enumerate(sizes):
            node = f"node,nodeid={nid}" + "".join(f",cpus={cpu}" for cpu, own in enumerate(of_cpu) if own == nid)
            if mib:
                arguments += ["-object", f"memory-backend-ram,id=m{nid},size={mib}M,reserve=off"]
                node += f",memdev=m{nid}"
            arguments += ["-numa", node]
        if self.random.random() < 0.4:
            arguments += [word for a in range(count) for b in range(a + 1, count)
                          for word in ("-numa", f"dist,src={a},dst={b},val={self.random.choice([11, 20, 21, 31, 40])}")]
        return arguments

    def boot(self, number, kernel):
        chance, pick = self.random.random, self.random.choice
        self.mib = pick(MEMORY + [self.random.randint(150, 7000)])
        machine = pick(["pc"] * 6 + ["q35"] * 5 + ["pc-i440fx-2.4", "pc-q35-4.2"])
        options = "".join(option for option, share in ((",max-ram-below-4g=" + pick(["1G", "512M", "2G", "1234M"]), 0.15), (",smm=off", 0.1),
                                                       (",acpi=off", 0.05), (",hpet=off", 0.1)) if chance() < share)
        cpus = pick([1, 2, 2, 2, 3, 4, 4, 6, 8])
        room = cpus + pick([1, 2, 6, 30, 120]) if chance() < 0.2 else cpus
        boot = {"id": f"r{self.seed}-{number:03}", "kernel": kernel, "machine": machine + options, "memory": f"{self.mib}M",
                "smp": f"{cpus},maxcpus={room}", "cpu": pick(CPUS), "qemu": self.nodes(room) if chance() < 0.4 else [],
                "append": " ".join(["nokaslr", *(self.words() for _ in range(pick([1, 2, 3, 3, 4, 5, 6, 8])))])}
        if chance() < 0.2:
            boot["memory"] += f",slots=4,maxmem={self.mib + pick([1024, 4096, 10240])}M"
        if "q35" in machine and not options and chance() < 0.3:
            boot.update({"firmware": "ovmf", "append": boot["append"] + " efi=debug"})
        if chance() < 0.5:
            boot["initrd_pad_kib"] = self.random.randint(1, 40000)
        return boot


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    seed, count, out, kernels = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:]
    os.makedirs(out, exist_ok=True)
    describer = Describer(seed)
    for number in range(count):
        boot = describer.boot(number, kernels[number % len(kernels)])
        with open(os.path.join(out, f"{boot['id']}.json"), "w", encoding="utf-8") as file:
            json.dump(boot, file)


if __name__ == "__main__":
    main()
