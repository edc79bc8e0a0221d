#include "answer/kdump.h"

#include "answer/second_kernel.h"
#include "answer/subject.h"
#include "report/answers/kdump.h"
#include "suggest/crashkernel.h"
#include "suggest/kdump.h"

namespace memmap::answer {

Result<Kdumped> kdump(session::Session& session, const Arguments& arguments,
                      std::string_view format, const report::TextStyle& style) {
  const auto wish = kdump_wish_of(arguments, *session.machine());
  if (!wish) return wish.errors();
  auto rules = session.rules_without_checks();
  if (!rules) return rules.errors();
  const boot::Options options = session.options(*rules);
  const auto outcome = session.boot(*rules, options);
  if (!outcome) return outcome.errors();

  const std::string line = session.command_line();
  suggest::Subject subject{*session.machine(), session.profile(), options, line};
  std::string crashkernel;
  if (const auto given = arguments.get("--crash-kernel")) {
    subject.line = suggest::line_without(line, "crashkernel");
    crashkernel = "crashkernel=" + *given;
  }
  suggest::Prover first(subject);
  const auto kdump = suggest::run_kdump(first, crashkernel, *wish);
  if (!kdump) return kdump.errors();
  suggest::Subject without = subject;
  without.line = suggest::line_without(line, "crashkernel");
  suggest::Prover prover(without);
  const auto smallest = suggest::smallest_crashkernel(prover, *wish);
  if (!smallest) return smallest.errors();

  const boot::Subject head = subject_of(*outcome);
  const report::KdumpAnswer answer{head, *kdump, *wish, *smallest};
  return Kdumped{
      format == "json" ? report::kdump_to_json(answer) : report::kdump_to_text(answer, style),
      kdump->end == suggest::KdumpEnd::gets_up};
}

}  // namespace memmap::answer
