#include "input/script/lines.h"

#include <algorithm>
#include <vector>

#include "input/script/verbs.h"
#include "input/text/faults.h"

namespace memmap::input {
namespace {

struct Word {
  std::string text{};
  std::size_t column = 0;
};

// The words of a line; `open`: the column of a quote that nothing closes, or 0.
std::vector<Word> words_of(std::string_view line, std::size_t& open) {
  std::vector<Word> out;
  std::size_t at = 0;
  while (true) {
    at = line.find_first_not_of(" \t\r", at);
    if (at == line.npos) return out;
    Word word{.column = at + 1};
    bool quoted = false;
    for (; at < line.size(); ++at) {
      const char c = line[at];
      if (c == '"') {
        quoted = !quoted;
        if (quoted) open = at + 1;
      } else if (!quoted && (c == ' ' || c == '\t' || c == '\r')) {
        break;
      } else {
        word.text += c;
      }
    }
    if (!quoted) open = 0;
    out.push_back(std::move(word));
  }
}

bool has(std::span<const std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

class Writer {
 public:
  explicit Writer(Document& doc) : doc_(doc), builder_(doc) {}

  void begin() {
    told(builder_.open(ValueKind::map, 1, 1));
    told(builder_.scalar("steps", 1, 1));
    told(builder_.open(ValueKind::list, 1, 1));
  }
  Errors finish() {
    told(builder_.close());
    told(builder_.close());
    return faults_.take();
  }

  void line(std::string_view text, std::size_t number) {
    std::size_t open = 0;
    const std::vector<Word> words = words_of(text, open);
    if (open != 0) {
      faults_.add(doc_.error_at(number, open, "the quote is not closed"));
      return;
    }
    if (words.empty()) return;
    line_ = number;
    told(builder_.open(ValueKind::map, number, words.front().column));
    scalar(words.front());
    told(builder_.open(ValueKind::map, number, words.front().column));
    // Of an action that nobody knows the reader tells.
    if (const Verb* verb = find_verb(words.front().text)) arguments(*verb, words);
    told(builder_.close());
    told(builder_.close());
  }

 private:
  void arguments(const Verb& verb, const std::vector<Word>& words) {
    std::size_t at = 1;
    for (const std::string_view key : verb.positional) {
      if (at >= words.size() || has(verb.keys, words[at].text)) break;
      told(builder_.scalar(key, line_, words[at].column));
      scalar(words[at++]);
    }
    while (at < words.size()) {
      const Word& key = words[at++];
      scalar(key);
      const bool more = at < words.size();
      if (has(verb.switches, key.text) &&
          (!more || (words[at].text != "true" && words[at].text != "false"))) {
        told(builder_.scalar("true", line_, key.column));
      } else if (more) {
        scalar(words[at++]);
      } else {
        told(builder_.null(line_, key.column));
      }
    }
  }

  void scalar(const Word& word) { told(builder_.scalar(word.text, line_, word.column)); }
  void told(DocumentBuilder::Fault fault) {
    if (fault) faults_.add(*std::move(fault));
  }

  Document& doc_;
  DocumentBuilder builder_;
  Faults faults_{};
  std::size_t line_ = 1;
};

}  // namespace

Result<Document> document_of_lines(const std::string& name, std::string_view source) {
  Document doc(name, source);
  Writer writer(doc);
  writer.begin();
  std::size_t number = 1;
  for (std::string_view rest = source; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    writer.line(rest.substr(0, end), number);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (Errors errors = writer.finish(); !errors.empty()) return errors;
  return doc;
}

}  // namespace memmap::input
