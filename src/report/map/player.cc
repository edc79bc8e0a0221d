#include "report/map/player.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "report/form/xml_text.h"
#include "report/map/change_words.h"
#include "report/map/svg.h"

namespace memmap::report {
namespace {

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark}
body{font:15px/1.45 system-ui,sans-serif;margin:0 auto;max-width:1240px;padding:1rem}
h1{font-size:1.3rem;margin:.2rem 0 .8rem}
h2{font-size:1rem;margin:.2rem 0}
figure{margin:0 0 2.5rem}
img{display:block;width:100%;height:auto;border:1px solid #8886}
figcaption{margin-top:.6rem}
ul{margin:.3rem 0;padding-left:1.2rem}
pre{margin:.3rem 0;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.85rem;opacity:.85}
nav{display:none;position:sticky;top:0;background:Canvas;padding:.5rem 0;gap:.5rem;align-items:center;z-index:1}
nav input{flex:1;min-width:4rem}
nav button{font:inherit;min-width:2.6rem;padding:.25rem .6rem}
nav output{min-width:4.5rem;text-align:right;font-variant-numeric:tabular-nums}
.player nav{display:flex}
.player figure{display:none}
.player figure.shown{display:block}
)";

// tests/cli/frames_test.py holds its hash, which the page names, against it.
constexpr std::string_view kScript = R"(
'use strict';
(() => {
  const figures = [...document.querySelectorAll('figure')];
  const slider = document.querySelector('#step');
  const count = document.querySelector('#count');
  const play = document.querySelector('#play');
  let at = 0;
  let timer = 0;
  const show = (to) => {
    at = Math.max(0, Math.min(figures.length - 1, to));
    figures.forEach((f, i) => f.classList.toggle('shown', i === at));
    slider.value = at + 1;
    count.value = (at + 1) + ' / ' + figures.length;
    history.replaceState(null, '', '#' + figures[at].id);
  };
  const pause = () => {
    clearInterval(timer);
    timer = 0;
    play.textContent = '▶';
    play.setAttribute('aria-label', 'play');
  };
  const start = () => {
    if (at === figures.length - 1) show(0);
    play.textContent = '❚❚';
    play.setAttribute('aria-label', 'pause');
    timer = setInterval(() => { if (at === figures.length - 1) pause(); else show(at + 1); }, 2000);
  };
  const step = (by) => { pause(); show(at + by); };
  const to = (i) => { pause(); show(i); };
  play.addEventListener('click', () => { if (timer) pause(); else start(); });
  document.querySelector('#back').addEventListener('click', () => step(-1));
  document.querySelector('#on').addEventListener('click', () => step(1));
  slider.addEventListener('input', () => to(slider.value - 1));
  addEventListener('keydown', (e) => {
    if (e.altKey || e.ctrlKey || e.metaKey || e.target === slider) return;
    const keys = {ArrowRight: () => step(1), ArrowLeft: () => step(-1), PageDown: () => step(1),
                  PageUp: () => step(-1), Home: () => to(0), End: () => to(figures.length - 1)};
    if (e.key === ' ' && e.target.tagName !== 'BUTTON') { e.preventDefault(); play.click(); }
    if (keys[e.key]) { e.preventDefault(); keys[e.key](); }
  });
  const named = () => figures.findIndex((f) => '#' + f.id === location.hash);
  addEventListener('hashchange', () => { if (named() >= 0) to(named()); scrollTo(0, 0); });
  document.body.classList.add('player');
  pause();
  show(Math.max(0, named()));
  scrollTo(0, 0);
  history.scrollRestoration = 'manual';
})();
)";
constexpr std::string_view kScriptHash = "sha256-uifHPt9NehQKs8KsjagfaM2IIABDi1wu7ABhBo0UFFQ=";

}  // namespace

void Player::add(const std::string& picture, const account::Frame& frame) {
  constexpr std::size_t kMostLines = 40;
  ++count_;
  const std::string step = xml_escaped(step_words(frame));
  figures_ += fmt::format(
      "<figure id=\"step-{0}\">\n<img src=\"{1}\" alt=\"Map after step {0}: {2}\" "
      "loading=\"lazy\">\n<figcaption>\n<h2>{0}. {2}</h2>\n<ul>\n",
      count_, xml_escaped(picture), step);
  const std::vector<std::string> words = change_words(frame);
  for (std::size_t i = 0; i < std::min(words.size(), kMostLines); ++i)
    figures_ += fmt::format("<li>{}</li>\n", xml_escaped(words[i]));
  if (words.size() > kMostLines)
    figures_ += fmt::format("<li>and {} more changes</li>\n", words.size() - kMostLines);
  if (words.empty()) figures_ += "<li>changes nothing that is shown here</li>\n";
  figures_ += "</ul>\n";
  if (!frame.said.empty()) {
    figures_ += "<pre>";
    for (std::size_t i = 0; i < std::min(frame.said.size(), kMostLines); ++i)
      figures_ += xml_escaped(frame.said[i]) + '\n';
    if (frame.said.size() > kMostLines)
      figures_ += fmt::format("and {} more lines\n", frame.said.size() - kMostLines);
    figures_ += "</pre>\n";
  }
  figures_ += "</figcaption>\n</figure>\n";
}

std::string Player::page() const {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src 'self' "
      "file:; style-src 'unsafe-inline'; script-src '{0}'; base-uri 'none'; form-action 'none'\">\n"
      "<title>{1}</title>\n<style>{2}</style>\n</head>\n<body>\n<h1>{1}</h1>\n"
      "<nav aria-label=\"steps\"><button id=\"back\" aria-label=\"one step back\">◀◀</button>"
      "<button id=\"play\" aria-label=\"play\">▶</button>"
      "<button id=\"on\" aria-label=\"one step on\">▶▶</button>"
      "<input id=\"step\" type=\"range\" min=\"1\" max=\"{3}\" value=\"1\" aria-label=\"step\">"
      "<output id=\"count\"></output></nav>\n<main>\n{4}</main>\n<script>{5}</script>\n</body>\n"
      "</html>\n",
      kScriptHash, xml_escaped(title_), kStyle, count_, figures_, kScript);
}

}  // namespace memmap::report
