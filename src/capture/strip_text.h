// Removes what identifies a machine from texts.
#pragma once

#include <string>
#include <string_view>

namespace memmap::capture {

// `text` with digits of UUIDs, MAC addresses, machine IDs and serial numbers overwritten by `0`,
// and `host` and host names in parameters by `x`. The length stays, and so does all that is
// between:
//
//   root=UUID=7d3c0d8e-91a6-4b7e-8d8f-1f0f0c0d7f5a ip=::::box:eth0 BOOTIF=01-52-54-00-12-34-56
//   root=UUID=00000000-0000-0000-0000-000000000000 ip=::::xxx:eth0 BOOTIF=00-00-00-00-00-00-00
std::string without_identifiers(std::string_view text, std::string_view host);

}  // namespace memmap::capture
