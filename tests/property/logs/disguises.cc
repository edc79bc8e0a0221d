#include "property/logs/disguises.h"

#include <fmt/format.h>

#include <cstdint>

namespace memmap::input {
namespace {

template <class Change>
LogLines each(const LogLines& lines, const Change& change) {
  LogLines out;
  for (std::size_t i = 0; i < lines.size(); ++i) out.push_back(change(lines[i], i));
  return out;
}

LogLines brackets(const LogLines& lines) {
  return each(lines, [](const std::string& line, std::size_t i) {
    return fmt::format("[07:50:{:02}.{:03}][Machine       ][Info   ] {}", i / 60 % 60, i % 1000,
                       line);
  });
}
LogLines container(const LogLines& lines) {
  return each(lines, [](const std::string& line, std::size_t i) {
    return fmt::format("2026-05-01T10:{:02}:{:02}.123456789Z stdout F {}", i / 60, i % 60, line);
  });
}
LogLines pod(const LogLines& lines) {
  return each(lines, [](const std::string& line, std::size_t) {
    return "[pod/guest-7f9c/console-log] " + line;
  });
}
LogLines quoted(const LogLines& lines) {
  return each(lines, [](const std::string& line, std::size_t) { return "> " + line; });
}
LogLines initials(const LogLines& lines) {
  return each(lines, [](const std::string& line, std::size_t) { return "AB> " + line; });
}
LogLines bullets(const LogLines& lines) {
  return each(lines, [](const std::string& line, std::size_t) { return "* " + line; });
}
LogLines numbers(const LogLines& lines) {
  return each(lines, [](const std::string& line, std::size_t i) {
    return fmt::format("{:5}: {}", i + 1, line);
  });
}
LogLines syslog(const LogLines& lines) {
  return each(lines, [](const std::string& line, std::size_t i) {
    return fmt::format("Nov 23 19:{:02}:{:02} host kernel: {}", i / 60 % 60, i % 60, line);
  });
}
std::string escaped(const std::string& line) {
  std::string out;
  for (const char c : line) {
    if (c == '\x1b') {
      out += "\\u001b";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}
LogLines fields(const LogLines& lines) {
  return each(lines, [](const std::string& line, std::size_t) {
    return "time=\"2026-09-21T19:09:20Z\" level=debug pid=37646 vmconsole=\"" + escaped(line) +
           "\"";
  });
}
LogLines table(const LogLines& lines) {
  return each(lines, [](const std::string& line, std::size_t) {
    std::string cell;
    for (const char c : line) cell += c == '"' ? std::string("\"\"") : std::string(1, c);
    return "\"2026-09-07\",\"" + cell + "\"";
  });
}
LogLines backslashes(const LogLines& lines) {
  return each(lines, [](const std::string& line, std::size_t) { return line + "\\"; });
}
LogLines breaks(const LogLines& lines) {
  return each(lines, [](const std::string& line, std::size_t) { return line + "<br>"; });
}
LogLines entities(const LogLines& lines) {
  return each(lines, [](const std::string& line, std::size_t) {
    std::string out;
    for (const char c : line) {
      if (c == '<')
        out += "&lt;";
      else if (c == '>')
        out += "&gt;";
      else if (c == '&')
        out += "&amp;";
      else if (c == '"')
        out += "&quot;";
      else
        out += c;
    }
    return out;
  });
}
LogLines mail(const LogLines& lines) {
  LogLines out{"Content-Type: text/plain; charset=us-ascii",
               "Content-Transfer-Encoding: quoted-printable", ""};
  for (const std::string& line : lines) {
    std::string row;
    for (const char c : line) {
      const bool plain = c != '=' && static_cast<unsigned char>(c) < 0x80;
      const std::string next =
          plain ? std::string(1, c) : fmt::format("={:02X}", static_cast<unsigned char>(c));
      if (row.size() + next.size() > 75) {
        out.push_back(row + "=");
        row.clear();
      }
      row += next;
    }
    out.push_back(row);
  }
  return out;
}
LogLines objects(const LogLines& lines) {
  return each(lines, [](const std::string& line, std::size_t) {
    return "{\"log\":\"" + escaped(line) +
           "\\n\",\"stream\":\"stdout\",\"time\":\"2026-05-01T10:00:00Z\"}";
  });
}
LogLines document(const LogLines& lines) {
  std::string all;
  for (const std::string& line : lines) all += escaped(line) + "\\r\\n";
  return {"{", "    \"Id\": \"i-0123\",", "    \"Output\": \"" + all + "\",",
          "    \"Timestamp\": \"2026-05-01T10:00:00Z\"", "}"};
}
LogLines colours(const LogLines& lines) {
  return each(lines, [](const std::string& line, std::size_t) {
    const std::size_t end = line.find("] ");
    return end == line.npos ? line
                            : "\x1b[32m" + line.substr(0, end + 2) + "\x1b[0m\x1b[33m" +
                                  line.substr(end + 2) + "\x1b[0m";
  });
}
LogLines blanks(const LogLines& lines) {
  return each(lines, [](const std::string& line, std::size_t) {
    std::string out;
    for (std::size_t i = 0; i < line.size(); ++i) {
      out += line[i] == ' ' && i + 1 < line.size() && line[i + 1] == ' ' ? std::string("\xc2\xa0")
                                                                         : std::string(1, line[i]);
    }
    return out;
  });
}
LogLines folded(const LogLines& lines) {  // fold -w 80
  LogLines out;
  for (const std::string& line : lines) {
    std::size_t at = 0;
    do {
      out.push_back(line.substr(at, 80));
      at += 80;
    } while (at < line.size());
  }
  return out;
}
LogLines wrapped(const LogLines& lines) {  // a mailer's, at 72
  LogLines out;
  for (std::string line : lines) {
    while (line.size() > 72) {
      std::size_t at = line.rfind(' ', 72);
      // Nothing but blanks before: the word is longer than a line.
      if (at == line.npos || line.find_first_not_of(' ') >= at) at = line.find(' ', 72);
      if (at == line.npos) break;
      out.push_back(line.substr(0, at));
      line = line.substr(at + 1);
    }
    out.push_back(line);
  }
  return out;
}
LogLines records(const LogLines& lines) {  // /dev/kmsg
  return each(lines, [](const std::string& line, std::size_t i) {
    const std::size_t end = line.find("] ");
    return fmt::format("6,{},0,-;{}", i, line.substr(end == line.npos ? 0 : end + 2));
  });
}
LogLines facilities(const LogLines& lines) {  // dmesg -x --time-format=iso
  return each(lines, [](const std::string& line, std::size_t i) {
    const std::size_t end = line.find("] ");
    return fmt::format("kern  :info  : 2026-07-01T00:00:00,{:06}+00:00 {}", i,
                       line.substr(end == line.npos ? 0 : end + 2));
  });
}
std::string utf16(const LogLines& lines, bool big, bool mark) {
  std::string out = mark ? (big ? "\xfe\xff" : "\xff\xfe") : "";
  const auto put = [&](unsigned unit) {
    const char high = static_cast<char>(unit >> 8);
    const char low = static_cast<char>(unit & 0xff);
    out += big ? high : low;
    out += big ? low : high;
  };
  const std::string text = text_of(lines);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      put(c);
    } else if (c < 0xe0 && i + 1 < text.size()) {
      put(static_cast<unsigned>((c & 0x1f) << 6 | (text[i + 1] & 0x3f)));
      ++i;
    } else {
      put('?');
    }
  }
  return out;
}
LogLines little(const LogLines& lines) { return {utf16(lines, false, true)}; }
LogLines big(const LogLines& lines) { return {utf16(lines, true, false)}; }
LogLines marked(const LogLines& lines) { return {"\xef\xbb\xbf" + text_of(lines)}; }
LogLines returns(const LogLines& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\r";
  return {out};
}
LogLines windows(const LogLines& lines) {
  return each(lines, [](const std::string& line, std::size_t) { return line + "\r"; });
}

constexpr Wear kWears[] = {
    {"brackets", brackets},
    {"container", container},
    {"pod", pod},
    {"quoted", quoted},
    {"initials", initials},
    {"bullets", bullets},
    {"numbers", numbers},
    {"syslog", syslog},
    {"fields", fields},
    {"table", table},
    {"backslashes", backslashes},
    {"breaks", breaks},
    {"entities", entities},
    {"mail", mail},
    {"objects", objects},
    {"document", document},
    {"colours", colours},
    {"blanks", blanks},
    {"folded", folded},
    {"wrapped", wrapped},
    {"records", records},
    {"facilities", facilities},
    {"windows", windows, true},
    {"little", little, true},
    {"big", big, true},
    {"marked", marked, true},
    {"returns", returns, true},
};

}  // namespace

std::span<const Wear> wears() { return kWears; }

}  // namespace memmap::input
