#include "boot/x86/early_devices.h"

#include <fmt/format.h>

#include "boot/rules.h"
#include "e820/edit.h"

namespace memmap::boot {
namespace {

// A word of earlyprintk=, which may stand anywhere in its value.
struct EarlyConsole {
  std::string_view word{};
  const kernel::Flag& option;
  std::string_view what{};
};
const EarlyConsole kConsoles[] = {
    {"pciserial", config::PCI, "a serial port's registers may stay in a window of early_ioremap()"},
    {"dbgp", config::EARLY_PRINTK_DBGP, "a USB debug port's registers are mapped at FIX_DBGP_BASE"},
    {"xdbc", config::EARLY_PRINTK_USB_XDBC,
     "a USB 3 controller's registers stay in a window of early_ioremap(), and memblock gives four "
     "pages for its rings"},
};

}  // namespace

void setup_early_printk(Boot& boot, const kernel::Parameter& parameter) {
  if (!kernel::parameq(parameter.name, "earlyprintk") || !parameter.value) return;
  for (const EarlyConsole& c : kConsoles) {
    if (!boot.in.profile.has(c.option) || parameter.value->find(c.word) == std::string::npos) {
      continue;
    }
    boot.story.tell(Severity::warning, rule::kSetupEarlyPrintk,
                    fmt::format("earlyprintk={}: not simulated: where there is such a device, {}",
                                c.word, c.what));
  }
}

void init_ohci1394_dma_on_all_controllers(Boot& boot) {
  boot.story.tell(Severity::warning, rule::kInitOhci1394Dma,
                  "ohci1394_dma=early: not simulated: where there is a FireWire controller, its "
                  "registers are mapped at FIX_OHCI1394_BASE");
  boot.story.tell(Severity::info, rule::kInitOhci1394Dma,
                  "init_ohci1394_dma: finished initializing OHCI DMA");
}

// kernel: intel_graphics_stolen(), arch/x86/kernel/early-quirks.c, v6.12
void early_quirks(Boot& boot) {
  const PhysRange stolen = *boot.in.machine.intel_graphics;
  boot.story.tell(Severity::info, rule::kIntelGraphicsStolen,
                  fmt::format("Reserving Intel graphics memory at [mem {:#010x}-{:#010x}]",
                              raw(stolen.base()), raw(stolen.end()) - 1),
                  stolen);
  e820::Editor edit(boot.state.e820.table, boot.story, "intel_graphics_stolen");
  edit.add(raw(stolen.base()), stolen.size(), E820Type::reserved);
  edit.sanitize();
}

}  // namespace memmap::boot
