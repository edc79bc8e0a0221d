#include "boot/x86/image_tables.h"

#include "fixmap/fixmap.h"

namespace memmap::boot {
namespace {

paging::Bases told_bases(const Inputs& in) {
  const KaslrBases& known = in.machine.kaslr;
  paging::Bases bases = paging::fixed_bases(in.features.levels());
  bases.page_offset = known.page_offset_base.value_or(bases.page_offset);
  bases.vmalloc = known.vmalloc_base.value_or(bases.vmalloc);
  bases.vmemmap = known.vmemmap_base.value_or(bases.vmemmap);
  return bases;
}

paging::Bases bases_of(const Inputs& in) {
  paging::Bases bases =
      told_bases_fit(in) ? told_bases(in) : paging::fixed_bases(in.features.levels());
  if (!in.profile.has(config::RANDOMIZE_BASE)) {
    bases.modules = VirtAddr{raw(paging::kStartKernelMap) + 512 * kMiB};
  }
  return bases;
}

}  // namespace

bool told_bases_fit(const Inputs& in) {
  return paging::can_hold_all(told_bases(in), in.features.levels());
}

paging::AddressSpace image_tables(const Inputs& in) {
  constexpr VirtAddr kFixmapTables{0xffffffffff400000};  // FIXMAP_PMD_NUM of them, 2
  const VirtAddr early_ioremap = fixmap::fix_to_virt(in.fixmap.btmap_begin());
  const auto page_of = [&](const kernel::Symbol& symbol, std::uint64_t offset = 0) {
    const auto place = in.profile.place_of(symbol);
    paging::TablePage page{.origin = paging::TableOrigin::image};
    if (place) page.phys = PhysAddr{raw(in.kernel_base) + *place + offset};
    return page;
  };
  const VirtAddr image = paging::kStartKernelMap;
  const unsigned levels = in.features.levels();
  paging::AddressSpace tables(levels, bases_of(in), page_of(symbol::init_top_pgt));
  if (levels == 5) tables.add_table(4, image, page_of(symbol::level4_kernel_pgt));
  tables.add_table(3, image, page_of(symbol::level3_kernel_pgt));
  tables.add_table(2, image, page_of(symbol::level2_kernel_pgt));
  tables.add_table(2, kFixmapTables, page_of(symbol::level2_fixmap_pgt));
  tables.add_table(1, kFixmapTables, page_of(symbol::level1_fixmap_pgt));
  tables.add_table(1, VirtAddr{raw(kFixmapTables) + paging::kSize2M},
                   page_of(symbol::level1_fixmap_pgt, kPageSize));
  tables.add_table(1, early_ioremap, page_of(symbol::bm_pte));
  return tables;
}

}  // namespace memmap::boot
