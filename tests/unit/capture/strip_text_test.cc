#include "capture/strip_text.h"

#include <gtest/gtest.h>

namespace memmap::capture {
namespace {

struct Case {
  const char* name;
  const char* in;
  const char* want;
};

const Case kCases[] = {
    {"nothing", "console=ttyS0 crashkernel=256M", "console=ttyS0 crashkernel=256M"},
    {"uuid", "root=UUID=7d3c0d8e-91a6-4b7e-8d8f-1F0f0c0d7f5a ro",
     "root=UUID=00000000-0000-0000-0000-000000000000 ro"},
    {"luks", "rd.luks.uuid=luks-7d3c0d8e-91a6-4b7e-8d8f-1f0f0c0d7f5a",
     "rd.luks.uuid=luks-00000000-0000-0000-0000-000000000000"},
    {"short_uuids", "root=PARTUUID=4f21ab03-02 resume=UUID=AB12-34CD",
     "root=PARTUUID=00000000-00 resume=UUID=0000-0000"},
    {"mac", "ifname=eth0:52:54:00:12:ab:56", "ifname=eth0:00:00:00:00:00:00"},
    {"bootif", "BOOTIF=01-52-54-00-12-ab-56", "BOOTIF=00-00-00-00-00-00-00"},
    {"mac_in_a_message", "e1000 0000:00:03.0 eth0: (PCI:33MHz:32-bit) 52:54:00:12:34:56",
     "e1000 0000:00:03.0 eth0: (PCI:33MHz:32-bit) 00:00:00:00:00:00"},
    {"mac_before_a_colon", "mac 52:54:00:12:34:56: up", "mac 00:00:00:00:00:00: up"},
    {"no_mac", "at 12:34:56 and aa:bb:cc:dd:ee", "at 12:34:56 and aa:bb:cc:dd:ee"},
    {"machine_id", "systemd.machine_id=0123456789abcdef0123456789abcdef",
     "systemd.machine_id=00000000000000000000000000000000"},
    {"addresses", "BIOS-e820: [mem 0x0000000000100000-0x000000003ffdffff] usable",
     "BIOS-e820: [mem 0x0000000000100000-0x000000003ffdffff] usable"},
    {"host", "ip=::::mybox:eth0 nfsroot=mybox:/srv", "ip=::::xxxxx:eth0 nfsroot=xxxxx:/srv"},
    {"host_is_a_whole_word", "x=mybox2 mybox=1", "x=mybox2 mybox=1"},
    {"hostname", "systemd.hostname=other quiet", "systemd.hostname=xxxxx quiet"},
    {"serial", "usb 1-1: SerialNumber: AB12-CD", "usb 1-1: SerialNumber: xxxx-xx"},
};

TEST(WithoutIdentifiers, OverwritesInPlace) {
  for (const Case& c : kCases) {
    const std::string out = without_identifiers(c.in, "mybox");
    EXPECT_EQ(out, c.want) << c.name;
    EXPECT_EQ(out.size(), std::string(c.in).size()) << c.name;
    EXPECT_EQ(without_identifiers(out, "mybox"), out) << c.name;
  }
}

TEST(WithoutIdentifiers, AHostThatIsALetterOrLocalhostStays) {
  EXPECT_EQ(without_identifiers("a=b", "b"), "a=b");
  EXPECT_EQ(without_identifiers("ip=localhost", "localhost"), "ip=localhost");
  EXPECT_EQ(without_identifiers("ip=box", ""), "ip=box");
}

}  // namespace
}  // namespace memmap::capture
