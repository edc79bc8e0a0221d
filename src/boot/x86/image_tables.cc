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
  return paging::can_hold_all(told_bases(in), in.features.levels(), in.profile.size_of(type::page));
}

paging::TablePage image_page(const Inputs& in, const kernel::Symbol& symbol, unsigned number) {
  const auto place = in.profile.place_of(symbol);
  paging::TablePage page{.origin = paging::TableOrigin::image};
  if (place) page.phys = PhysAddr{raw(in.kernel_base) + *place + number * kPageSize};
  return page;
}

void add_head_tables(const Inputs& in, paging::AddressSpace& tables) {
  constexpr VirtAddr kFixmapTables{0xffffffffff400000};  // FIXMAP_PMD_NUM of them, 2
  const VirtAddr image = paging::kStartKernelMap;
  if (tables.levels() == 5) tables.add_table(4, image, image_page(in, symbol::level4_kernel_pgt));
  tables.add_table(3, image, image_page(in, symbol::level3_kernel_pgt));
  tables.add_table(2, image, image_page(in, symbol::level2_kernel_pgt));
  tables.add_table(2, kFixmapTables, image_page(in, symbol::level2_fixmap_pgt));
  tables.add_table(1, kFixmapTables, image_page(in, symbol::level1_fixmap_pgt));
  tables.add_table(1, VirtAddr{raw(kFixmapTables) + paging::kSize2M},
                   image_page(in, symbol::level1_fixmap_pgt, 1));
}

paging::AddressSpace image_tables(const Inputs& in) {
  paging::AddressSpace tables(in.features.levels(), bases_of(in),
                              image_page(in, symbol::init_top_pgt));
  add_head_tables(in, tables);
  tables.add_table(1, fixmap::fix_to_virt(in.fixmap.btmap_begin()), image_page(in, symbol::bm_pte));
  return tables;
}

}  // namespace memmap::boot
