#include "shadow.h"

#include <algorithm>
#include <iterator>

namespace kmemcheck {

char letter_of(Shadow state) {
  switch (state) {
    case Shadow::unallocated:
      return 'a';
    case Shadow::uninitialized:
      return 'u';
    case Shadow::initialized:
      return 'i';
    case Shadow::freed:
      return 'f';
  }
  return '?';
}

const char* word_of(Shadow state) {
  switch (state) {
    case Shadow::unallocated:
      return "unallocated";
    case Shadow::uninitialized:
      return "uninitialized";
    case Shadow::initialized:
      return "initialized";
    case Shadow::freed:
      return "freed";
  }
  return "(invalid shadow state)";
}

void ShadowMap::track(std::uint64_t base, std::uint64_t pages, Shadow state, Byte content) {
  untrack(base, pages);
  runs_[base] = {base + pages * kPageSize, state, content};
}

void ShadowMap::untrack(std::uint64_t base, std::uint64_t pages) {
  const std::uint64_t end = base + pages * kPageSize;
  pages_.erase(pages_.lower_bound(base), pages_.lower_bound(end));
  auto it = runs_.upper_bound(base);
  if (it != runs_.begin() && std::prev(it)->second.end > base) --it;
  while (it != runs_.end() && it->first < end) {
    const std::uint64_t from = it->first;
    const Run whole = it->second;
    it = runs_.erase(it);
    if (from < base) runs_[from] = {base, whole.state, whole.content};
    if (whole.end > end) runs_[end] = whole;
  }
}

ShadowMap::Runs::const_iterator ShadowMap::run_of(std::uint64_t address) const {
  auto it = runs_.upper_bound(address);
  if (it == runs_.begin()) return runs_.end();
  --it;
  return address < it->second.end ? it : runs_.end();
}

const ShadowMap::Page* ShadowMap::find(std::uint64_t address) const {
  const auto it = pages_.find(page_of(address));
  return it == pages_.end() ? nullptr : &it->second;
}

ShadowMap::Page* ShadowMap::page(std::uint64_t address) {
  const auto run = run_of(address);
  if (run == runs_.end()) return nullptr;
  const auto [it, made] = pages_.try_emplace(page_of(address));
  if (made) {
    it->second.shadow.fill(run->second.state);
    it->second.bytes.fill(run->second.content);
  }
  return &it->second;
}

bool ShadowMap::tracked(std::uint64_t address) const { return run_of(address) != runs_.end(); }

std::uint64_t ShadowMap::until_tracked(std::uint64_t address) const {
  if (tracked(address)) return 0;
  const auto next = runs_.upper_bound(address);
  return next == runs_.end() ? UINT64_MAX : next->first - address;
}

bool ShadowMap::hidden(std::uint64_t address) const {
  if (!tracked(address)) return false;
  const Page* p = find(address);
  return p == nullptr || !p->present;
}

bool ShadowMap::show(std::uint64_t address) {
  Page* p = page(address);
  if (p == nullptr) return false;
  p->present = true;
  return true;
}

bool ShadowMap::hide(std::uint64_t address) {
  Page* p = page(address);
  if (p == nullptr) return false;
  p->present = false;
  return true;
}

std::optional<Shadow> ShadowMap::at(std::uint64_t address) const {
  const auto run = run_of(address);
  if (run == runs_.end()) return std::nullopt;
  const Page* p = find(address);
  return p == nullptr ? run->second.state : p->shadow[address % kPageSize];
}

void ShadowMap::mark(std::uint64_t address, std::uint64_t size, Shadow state) {
  while (size > 0) {
    const std::uint64_t at = address % kPageSize;
    const std::uint64_t n = std::min(size, kPageSize - at);
    if (Page* p = page(address)) {
      std::fill_n(p->shadow.begin() + static_cast<std::ptrdiff_t>(at), n, state);
    }
    address += n;
    size -= n;
  }
}

ShadowMap::Byte ShadowMap::content(std::uint64_t address) const {
  const auto run = run_of(address);
  if (run == runs_.end()) return std::nullopt;
  const Page* p = find(address);
  return p == nullptr ? run->second.content : p->bytes[address % kPageSize];
}

void ShadowMap::set_content(std::uint64_t address, Byte value) {
  if (Page* p = page(address)) p->bytes[address % kPageSize] = value;
}

}  // namespace kmemcheck
