#!/usr/bin/env python3
"""Inputs that people really had, each with its right answer.

Usage: field.py MEMMAP FOLDER [NAME...]

FOLDER holds the inputs (a README there tells where each comes from and what its answer follows from:
the log's own later lines, the kernel's rule, arithmetic on the table). What is asked of each:

  read      the firmware's map has this RAM, and what simulate writes has these words
  refused   exit 2, nothing on standard output, and words that name the reason
  either    refused like that, or read like that: a wrong map in silence is what is never right
"""

import dataclasses
import json
import pathlib
import re
import subprocess
import sys


@dataclasses.dataclass
class Case:
  """An input, and what must come of it; `ram` in half-open ranges of bytes."""
  path: str
  ram: list | None = None
  says: tuple = ()
  refusal: tuple = ()
  refused: bool = False
  options: tuple = ()
  entries: int | None = None
  json_has: dict = dataclasses.field(default_factory=dict)


def half_open(*ranges):
  """Ranges given with their last byte, as a kernel writes them."""
  return [(start, last + 1) for start, last in ranges]


A01 = 'a01-mtrr-13040mb/'
A03 = 'a03-el9-vm-crashkernel-ranges/'
A06 = 'a06-cma-mail-qp/'
A08 = 'a08-jailhouse-e801-panic/'
A11 = 'a11-pmem-12g-at-4g/'
A14 = 'a14-kdump-1g-vm/'
F01 = 'f01-xen-raw-tsc-stamps/'
F03 = 'f03-jailhouse-quoted-mail/'
F04 = 'f04-user-table-only-pmem/'
F05 = 'f05-diff-of-two-boots/'
F06 = 'f06-docker-moby-hyperv/'
F07 = 'f07-kata-vmconsole/'
F09 = 'f09-chromebox-headless-memmap/'
F13 = 'f13-qubes-pv-domu/'
F16 = 'f16-coreboot-type16/'
F18 = 'f18-foreign-tables/'
F19 = 'f19-firecracker-initrd/'
F21 = 'f21-snp-guest-swiotlb/'

JAILHOUSE = half_open((0, 0xfffff), (0x200000, 0x48fffff))
HYPERV = half_open((0, 0x9ffff), (0x100000, 0x7eeedfff), (0x7ef1b000, 0x7ff9afff),
                   (0x7ffff000, 0x7fffffff))
KATA = half_open((0, 0x9fbff), (0x100000, 0x7ffdefff))
XEN_RAM = 33549248 << 10
USER_TABLE_END = 0x500000000
DIFF_RAM = 34231885824
COREBOOT_16 = half_open((0x1000, 0x9ffff), (0x100000, 0x7ff62fff), (0x100000000, 0x27fffffff))
FIRECRACKER = half_open((0, 0x9fbff), (0x100000, 0xcfffffff), (0x100000000, 0x1687fffff))
CHROMEBOX = half_open((0x1000, 0x9ffff), (0x100000, 0x7cefffff))

CASES = [
    Case(A01 + 'boot.log', says=(r'13040', r'disable_mtrr_trim')),
    *(Case(A03 + name, says=(r'512M at 0x9f000000', r'crashkernel=2G-64G:256M,64G-:512M'),
           refusal=(r'wrap|fold|column',))
      for name in ('boot.log', 'wrapped.log', 'folded80.log', 'folded72s.log')),
    Case('a04-crash-704mb-316/boot.log', says=(r'128M at 0x2c000000',)),
    Case('a05-32bit-kernel/boot.log', refused=True, refusal=(r'32-bit', r'boot\.log:\d+')),
    *(Case(A06 + name, entries=11, says=(r'200 ?M',)) for name in ('decoded.log', 'quoted.log')),
    Case(A06 + 'with-brk.log', entries=11),
    Case(A06 + 'mail-raw.txt', entries=11, refusal=(r'quoted-printable',)),
    Case(A06 + 'decoded.log', options=('--config', A06 + 'cma.config'), says=(r'0x19ac00000',)),
    Case(A08 + 'boot.log', says=(r'alloc_low_pages', r'E820_TYPE_RAM|no usable map|not usable RAM')),
    Case(A08 + 'quoted-qp.log', says=(r'earlyprintk=ttyS0,115200',)),
    Case(A08 + 'noe801.log', ram=half_open((0, 0x9efff)), says=(r'setup_data',),
         refusal=(r'setup_data|derived',)),
    Case(A11 + 'boot.log', says=(r'[Pp]ersistent',), json_has={'e820': 'persistent'}),
    Case('a17-rhel7-crashkernel-auto/boot.log', says=(r'161M', r'0x2b000000')),
    *(Case(F01 + name, ram=XEN_RAM, entries=8)
      for name in ('boot-stamps.log', 'date.log', 'mail-wrapped.log', 'old-form.log', 'quoted.log',
                   'xl-dmesg.log')),
    *(Case(F03 + name, ram=JAILHOUSE, entries=3)
      for name in ('html.log', 'initials.log', 'joined.log', 'mail.log', 'nbsp.log',
                   'no-derived.log', 'wrapped-firmware.log')),
    *(Case(F04 + name, entries=14, says=(r'user|modified|not the firmware',))
      for name in ('dmesg.log', 'modified.log', 'only-lines.log', 'quoted.log')),
    Case(F04 + 'mem-512M-no-cmdline.log', says=(r'512(\.0)?M|0x20000\b',)),
    *(Case(F05 + name, ram=DIFF_RAM, entries=22)
      for name in ('good.log', 'bad.log', 'good-bullets.log')),
    *(Case(F05 + name, refused=True, refusal=(r'diff|two logs',))
      for name in ('unified.diff', 'unified-stamped.diff', 'wdiff.log', 'side-by-side.txt')),
    *(Case(F06 + name, ram=HYPERV, entries=9)
      for name in ('csv.log', 'docker.log', 'openqa.log', 'powershell-utf16.log', 'stamped.log',
                   'stripped.log')),
    *(Case(F07 + name, ram=KATA, entries=7)
      for name in ('aws-console-output.json', 'containerd.log', 'docker-json-file.log',
                   'gcloud.json', 'k8s-cri-nostamp.log', 'k8s-cri.log', 'k8s-pod-prefix.log',
                   'kata-rs.log', 'loki.json')),
    *(Case(F09 + name, ram=CHROMEBOX, entries=7)
      for name in ('headless.log', 'quoted-html.log', 'tabs.log', 'fence.md')),
    Case(F09 + 'headless.log', options=('--append', 'memmap=1934M@4G'),
         says=(r'memmap=1934M@4G.*\n?.*(without effect|changes nothing|no effect)',)),
    Case(F09 + 'headless.log', options=('--append', 'memmap=1934M%4G-2+1'), says=(r'3\.8G',)),
    Case(F09 + 'two-lines.txt', refusal=(r':[13]\b',), says=(r'overlap|line',)),
    *(Case(F13 + name, entries=3, says=(r'Xen PV',))
      for name in ('guest.log', 'br.log', 'html-pre.log', 'no-guest-stamp.log')),
    *(Case(F16 + name, ram=COREBOOT_16, entries=7, says=(r'16',))
      for name in ('boot.log', 'br.log', 'backslash.log', 'quoted.log', 'console-ramoops-0')),
    Case(F16 + 'garbage-type.log', says=(r'2954887168',)),
    Case(F18 + 'e820-lines-only.log', refused=True, refusal=(r'log', r'table|map')),
    Case(F18 + 'seabios.txt', ram=half_open((0, 0x9fbff), (0x100000, 0x7f7fefff)), says=(r'8',),
         refusal=(r'seabios\.txt:\d',)),
    Case(F18 + 'coreboot.txt', ram=half_open((0x1000, 0x9ffff), (0x100000, 0x76898fff)),
         refusal=(r'coreboot\.txt:1\b', r'start.*end.*type')),
    Case(F18 + 'limine.txt', ram=half_open((0x52000, 0x9efff), (0x100000, 0xfefffff)),
         refusal=(r'limine\.txt:1\b', r'start.*end.*type')),
    Case(F18 + 'limine2.txt', ram=half_open((0x52000, 0x9efff)),
         refusal=(r'limine2\.txt:1\b', r'start.*end.*type')),
    Case(F18 + 'uroot.txt', ram=half_open((0x1000, 0x9ffff), (0x100000, 0x7ff62fff)),
         refusal=(r'uroot\.txt:\d', r'start.*end.*type')),
    Case(F18 + 'hyperenclave.txt', ram=half_open((0x100000000, 0x3066bbffff)), says=(r'part',),
         refusal=(r'hyperenclave\.txt:\d',)),
    Case(F18 + 'xenefi.txt', ram=half_open((0, 0x57fff), (0x59000, 0x5efff)),
         refusal=(r'xenefi\.txt:\d',)),
    Case(F18 + 'uefishell.txt',
         ram=half_open((0, 0x9ffff), (0x100000, 0x7fffff), (0x808000, 0x80ffff)),
         refusal=(r'uefishell\.txt:\d',)),
    Case(F18 + 'lsmmap.txt', ram=half_open((0, 0x9fbff), (0x100000, 0x7ffdffff)),
         refusal=(r'lsmmap\.txt:\d',)),
    Case(F18 + 'smap.txt', ram=half_open((0, 0x9fbff), (0x100000, 0x3ffeffff)),
         refusal=(r'smap\.txt:\d',)),
    Case(F18 + 'kexecd.txt', ram=half_open((0x1000, 0x9fbff), (0x100000, 0x3ffdafff)),
         refusal=(r'kexecd\.txt:\d',)),
    Case(F18 + 'ubootbd.txt', ram=half_open((0, 0x9ffff), (0x100000, 0x7fefffff)),
         refusal=(r'ubootbd\.txt:\d',)),
    Case(F18 + 'lsmem.txt', refused=True, refusal=(r'lsmem|blocks',)),
    Case(F18 + 'acrn.txt',
         ram=half_open((0, 0x9dfff), (0x100000, 0x21fffff), (0x6e17000, 0x25352fff)),
         says=(r'length|empty|0 bytes',), refusal=(r'acrn\.txt:\d',)),
    *(Case(F19 + name, ram=FIRECRACKER, entries=3, says=(r'0xce286000',))
      for name in ('boot.log', 'cr-only.log', 'dmesg-x-iso.log', 'kmsg.log', 'quoted.log',
                   'tabs-entities.log')),
    *(Case(F21 + name, entries=11, says=(r'SNP', r'1(\.0)?G|1024'))
      for name in ('snp-128G.log', 'bullets.log', 'crlf-utf8bom.log', 'quoted.log')),
    Case('m-contra.txt', says=(r'512(\.0)?M|0x20000\b',), refusal=(r'last_pfn|user',)),
    Case('m-diff.txt', refused=True, refusal=(r'diff', r'[34]')),
    Case('m-moby.txt', ram=half_open((0x100000, 0x7fffffff)), says=(r'part|one entry|one range',)),
    Case('m-mtree.txt', says=(), ram='below 2G'),
    Case('m-one.txt', ram=half_open((0x100000, 0x3ffdafff)), says=(r'part|cut|one entry',)),
    Case('m-overlap.txt', refusal=(r':[12]\b',), says=(r'overlap',)),
    Case('m-xenend.txt', entries=3, refusal=(r':4\b',), says=()),
    Case('m-xenstamp.txt', ram=half_open((0, 0x9ffff), (0x100000, 0x7fb4ffff))),
]


def run(memmap, *arguments):
  return subprocess.run([memmap, *map(str, arguments)], capture_output=True, text=True,
                        timeout=60, check=False)


def joined(ranges):
  """Ranges in order, touching ones as one."""
  out = []
  for start, end in sorted(ranges):
    if out and out[-1][1] == start:
      out[-1] = (out[-1][0], end)
    else:
      out.append((start, end))
  return out


def wrong_map(case, document):
  """What is wrong with the firmware's map that was read."""
  entries = document['e820']
  ram = joined((int(entry['start'], 16), int(entry['end'], 16))
               for entry in entries if entry['type'] == 'ram')
  problems = []
  if case.entries is not None and len(entries) != case.entries:
    problems.append(f'{len(entries)} entries, not {case.entries}')
  if isinstance(case.ram, int) and sum(end - start for start, end in ram) != case.ram:
    problems.append(f'{sum(end - start for start, end in ram)} bytes of RAM, not {case.ram}')
  if isinstance(case.ram, list) and ram != joined(case.ram):
    problems.append('RAM ' + ' '.join(f'{start:#x}-{end:#x}' for start, end in ram))
  if case.ram == 'below 2G' and ram[-1][1] > 0x80000000:
    problems.append(f'RAM up to {ram[-1][1]:#x}')
  return problems


def problems_of(case, memmap, folder):
  """Everything that is wrong with what memmap makes of an input."""
  options = [folder / option if '/' in option else option for option in case.options]
  path = folder / case.path
  result = run(memmap, 'simulate', path, *options)
  if result.returncode == 2 and (case.refusal or case.refused):
    problems = [f'the refusal has no `{words}`: {result.stderr.strip()[:300]}'
                for words in case.refusal if not re.search(words, result.stderr)]
    return problems + (['something on standard output'] if result.stdout else [])
  if case.refused:
    return [f'not refused: exit {result.returncode}']
  if result.returncode not in (0, 1):
    return [f'exit {result.returncode}: {result.stderr.strip()[:300]}']
  text = re.sub(r'\s*\n\s+', ' ', result.stdout + result.stderr)
  problems = [f'nothing says `{words}`' for words in case.says if not re.search(words, text)]
  converted = run(memmap, 'convert', path, '--to', 'json')
  if converted.returncode:
    return problems + [f'convert: exit {converted.returncode}: {converted.stderr.strip()[:300]}']
  return problems + wrong_map(case, json.loads(converted.stdout))


def main():
  memmap, folder, *names = sys.argv[1:]
  wrong = 0
  chosen = [case for case in CASES if not names or any(name in case.path for name in names)]
  for case in chosen:
    problems = problems_of(case, memmap, pathlib.Path(folder))
    wrong += bool(problems)
    for problem in problems:
      print(f'{case.path} {" ".join(case.options)}: {problem}')
  print(f'{len(chosen)} inputs, {wrong} answered wrong')
  return 1 if wrong or not chosen else 0


if __name__ == '__main__':
  sys.exit(main())
