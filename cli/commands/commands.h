// What the commands do; their names, options and help are in commands.cc.
#pragma once

#include "command.h"

namespace memmap::cli {

ExitCode run_access(const Arguments& arguments);
ExitCode run_show(const Arguments& arguments);
ExitCode run_simulate(const Arguments& arguments);
ExitCode run_convert(const Arguments& arguments);
ExitCode run_replay(const Arguments& arguments);
ExitCode run_capture(const Arguments& arguments);
ExitCode run_kernel(const Arguments& arguments);
ExitCode run_kernels(const Arguments& arguments);
ExitCode run_lint(const Arguments& arguments);
ExitCode run_formats(const Arguments& arguments);
ExitCode run_compare(const Arguments& arguments);
ExitCode run_verify(const Arguments& arguments);
ExitCode run_walk(const Arguments& arguments);
ExitCode run_frames(const Arguments& arguments);
ExitCode run_explain(const Arguments& arguments);
ExitCode run_kaslr(const Arguments& arguments);
ExitCode run_kdump(const Arguments& arguments);
ExitCode run_suggest(const Arguments& arguments);
ExitCode run_diff(const Arguments& arguments);
ExitCode run_check(const Arguments& arguments);
ExitCode run_sweep(const Arguments& arguments);
ExitCode run_completion(const Arguments& arguments);
ExitCode run_plugin(const Arguments& arguments);

}  // namespace memmap::cli
