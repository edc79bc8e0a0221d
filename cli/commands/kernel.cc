#include "commands/commands.h"
#include "messages.h"
#include "output.h"
#include "profile/kernel_files.h"
#include "profile/kernel_profile_yaml.h"
#include "profile/make_profile.h"

namespace memmap::cli {

ExitCode run_kernel(const Arguments& arguments) {
  if (arguments.has("--system-map") && arguments.has("--kallsyms")) {
    return bad_usage("kernel: --system-map and --kallsyms are both tables of symbols; give one");
  }
  const auto symbols = arguments.get("--system-map");
  const kernel::KernelFiles files{.image = arguments.get("IMAGE"),
                                  .parts = arguments.get("--parts"),
                                  .btf = arguments.get("--btf"),
                                  .config = arguments.get("--config"),
                                  .symbols = symbols ? symbols : arguments.get("--kallsyms"),
                                  .sections = arguments.get("--sections"),
                                  .parameters = arguments.get("--params"),
                                  .name = arguments.get("--name")};
  if (!files.image && !files.parts && !files.btf && !files.config && !files.symbols &&
      !files.sections) {
    return bad_usage(
        "kernel: an IMAGE, --parts or files of it (--btf, --config, --kallsyms, ...) "
        "are missing");
  }
  const auto facts = kernel::read_kernel_files(files);
  if (!facts) return bad_input(facts.errors());
  const auto made = kernel::make_profile(*facts);
  if (!made) return bad_input(made.errors());

  const Destination destination = destination_of(arguments);
  const std::string text =
      arguments.has("--explain") ? kernel::explain_profile(*made) : kernel::to_profile_yaml(*made);
  if (const Status written = write_output(destination, text); !written) {
    return bad_input(written.errors());
  }
  for (const std::string& told : made->notes) note(told);
  return ExitCode::good;
}

}  // namespace memmap::cli
