#include "suggest/loader_lines.h"

#include <fmt/format.h>

namespace memmap::suggest {
namespace {

// Each `$` with `before` in front of it.
std::string escaped(std::string_view text, std::string_view before) {
  std::string out;
  for (const char c : text) {
    if (c == '$') out += before;
    out += c;
  }
  return out;
}

// What GRUB reads of a boot loader entry (Fedora, Enterprise Linux) it takes for a variable from each `$`
// on, whatever stands before it, and its script reads the outcome once more: the parameter goes into a
// variable.
// grub: expand_val(), grub-core/commands/blscfg.c
std::vector<LoaderLine> grubby(std::string_view parameter) {
  if (parameter.find('$') == parameter.npos) {
    return {{"grubby", "command", fmt::format("grubby --update-kernel=ALL --args='{}'", parameter),
             ""}};
  }
  return {{"grubby", "command",
           fmt::format("grub2-editenv - set 'memmap_line={}' && grubby --update-kernel=ALL "
                       "--args='$memmap_line'",
                       escaped(parameter, "\\")),
           "a `$` in a boot entry begins a variable for GRUB, and no backslash helps: it stands in "
           "one"}};
}

}  // namespace

std::vector<LoaderLine> loader_lines(std::string_view parameter) {
  // The shell that reads the file takes one backslash of two and the one before `$`, GRUB's script the
  // one that is left.
  std::vector<LoaderLine> out{
      {"GRUB", "/etc/default/grub",
       fmt::format("GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT {}\"",
                   escaped(parameter, "\\\\\\")),
       "at the end of the file, then update-grub (grub2-mkconfig -o /boot/grub2/grub.cfg)"},
      {"GRUB", "grub.cfg", escaped(parameter, "\\"),
       "at the end of a `linux` line; by `e` in the menu for one boot"}};
  for (LoaderLine& line : grubby(parameter)) out.push_back(std::move(line));
  out.push_back(
      {"systemd-boot", "/etc/kernel/cmdline", std::string(parameter),
       "behind what stands in its one line, then kernel-install add-all (or reinstall-kernels)"});
  out.push_back({"systemd-boot", "loader/entries/*.conf", fmt::format("options {}", parameter),
                 "a line beside the others: entries join them"});
  out.push_back(
      {"kernelstub", "command", fmt::format("kernelstub --add-options '{}'", parameter), ""});
  return out;
}

}  // namespace memmap::suggest
