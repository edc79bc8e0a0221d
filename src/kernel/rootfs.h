// The file system that a kernel unpacks its initrd into.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kernel/profile.h"

namespace memmap::kernel {

struct Rootfs {
  bool is_tmpfs = false;    // else a ramfs, which takes what is free
  std::uint64_t limit = 0;  // bytes that a tmpfs takes; 0: as many as are free
  std::string options{};    // of initramfs_options=; empty: none that this kernel reads
  bool is_refused = false;  // by the tmpfs, for which the kernel panics: Can't create rootfs
};

// Of a kernel whose page allocator has `memory` bytes when it mounts it. A tmpfs takes half of them, or
// what initramfs_options= says, which 6.18 brought and stable series took over: a kernel has it if its
// profile's list of parameters does.
// kernel: init_rootfs(), init/do_mounts.c, v6.12 and v7.2; initramfs_options_setup(),
// init_mount_tree(), fs/namespace.c, v6.12.117 and v7.2; shmem_parse_one(),
// shmem_default_max_blocks(), mm/shmem.c, v6.12 and v7.2
Rootfs rootfs_of(std::string_view command_line, const Profile& profile, std::uint64_t memory);

}  // namespace memmap::kernel
