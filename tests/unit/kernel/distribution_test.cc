// Whose kernel a line tells of: first lines of real logs, without who built them, and releases.
#include "kernel/distribution.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace memmap::kernel {
namespace {

struct DistributionLine {
  const char* banner;
  const char* want;  // empty: not known
};

constexpr DistributionLine kDistributionLines[] = {
    {"2.6.27-11-server (gcc version 4.3.2 (Ubuntu 4.3.2-1ubuntu11) ) #1 SMP Thu Jan 29 20:13:12 "
     "UTC 2009 (Ubuntu 2.6.27-11.27-server)",
     "ubuntu"},
    {"2.6.35-22-generic (gcc version 4.4.5 (Ubuntu/Linaro 4.4.4-14ubuntu4) ) #33-Ubuntu SMP Sun "
     "Sep 19 20:32:27 UTC 2010 (Ubuntu 2.6.35-22.33-generic 2.6.35.4)",
     "ubuntu"},
    {"3.10.0-1160.90.1.el7.x86_64 (gcc version 4.8.5 20150623 (Red Hat 4.8.5-44) (GCC) ) #1 SMP "
     "Thu May 4 15:21:22 UTC 2023",
     "el7"},
    {"4.4.0-66-generic (gcc version 5.4.0 20160609 (Ubuntu 5.4.0-6ubuntu1~16.04.4) ) #87-Ubuntu "
     "SMP Fri Mar 3 15:29:05 UTC 2017 (Ubuntu 4.4.0-66.87-generic 4.4.44)",
     "ubuntu"},
    {"4.14.x (gcc version 4.6.4 (crosstool-NG crosstool-ng-1.22.0 - x86_64 64-bit toolchain - "
     "ASUSTOR Inc.)) #1 SMP Tue Nov 17 00:29:33 CST 2020",
     ""},
    {"4.15.0-112-generic (gcc version 5.4.0 20160609 (Ubuntu 5.4.0-6ubuntu1~16.04.12)) "
     "#113~16.04.1-Ubuntu SMP Fri Jul 10 04:37:08 UTC 2020 (Ubuntu 4.15.0-112.113~16.04.1-generic "
     "4.15.18)",
     "ubuntu"},
    {"4.18.0-147.el8.x86_64 (gcc version 8.3.1 20190507 (Red Hat 8.3.1-4) (GCC)) #1 SMP Wed Dec 4 "
     "21:51:45 UTC 2019",
     "el8"},
    {"4.19.57.mx64.282 (gcc version 7.3.0 (GCC)) #1 SMP Thu Aug 1 13:01:42 CEST 2019", "mariux64"},
    {"4.19.72-gentoo (gcc version 8.3.0 (Gentoo 8.3.0-r1 p1.1)) #1 SMP Sun Sep 15 12:27:44 MSK "
     "2019",
     "gentoo"},
    {"4.4.180+ (gcc version 7.5.0 (GCC) ) #42218 SMP Mon Oct 18 19:15:51 CST 2021", "mainline"},
    {"5.0.9-200.fc29.x86_64 (gcc version 8.3.1 20190223 (Red Hat 8.3.1-2) (GCC)) #1 SMP Mon Apr 22 "
     "00:55:30 UTC 2019",
     "fedora"},
    {"5.1.14-arch1-1-ARCH (gcc version 9.1.0 (GCC)) #1 SMP PREEMPT Sat Jun 22 16:28:48 UTC 2019",
     "arch"},
    {"5.2.0-rc4+ (gcc version 8.3.1 20190507 (Red Hat 8.3.1-4) (GCC)) #1 SMP Fri Jun 14 23:28:09 "
     "EDT 2019",
     "mainline"},
    {"5.3.0-desktop-saa716x+ (gcc version 9.2.1 20190820 [gcc-9-branch revision 274748] (SUSE "
     "Linux)) #25 SMP PREEMPT Wed Sep 25 20:20:52 CEST 2019",
     ""},
    {"5.3.18-lp152.60-default (gcc version 7.5.0 (SUSE Linux)) #1 SMP Tue Jan 12 23:10:31 UTC 2021 "
     "(9898712)",
     "suse"},
    {"5.4.0-s76+ (gcc version 7.4.0 (Ubuntu 7.4.0-1ubuntu1~18.04.1)) #1 SMP Thu Dec 5 13:32:08 EST "
     "2019",
     ""},
    {"5.5.0-050500rc3-generic (gcc version 9.2.1 20191130 (Ubuntu 9.2.1-21ubuntu1)) #201912230230 "
     "SMP Mon Dec 23 02:33:07 UTC 2019",
     "mainline"},
    {"5.5.6-1-default (gcc version 9.2.1 20200128 [revision "
     "83f65674e78d97d27537361de1a9d74067ff228d] (SUSE Linux)) #1 SMP Mon Feb 24 09:02:31 UTC 2020 "
     "(4a830b1)",
     "tumbleweed"},
    {"5.6.0-2-amd64 (gcc version 9.3.0 (Debian 9.3.0-13)) #1 SMP Debian 5.6.14-1 (2020-05-23)",
     "debian"},
    {"5.8.12 (gcc (Ubuntu 7.5.0-3ubuntu1~18.04) 7.5.0, GNU ld (GNU Binutils for Ubuntu) 2.30) #1 "
     "SMP Tue Sep 29 12:04:04 PDT 2020",
     "mainline"},
    {"5.10.0-21-amd64 (gcc-10 (Debian 10.2.1-6) 10.2.1 20210110, GNU ld (GNU Binutils for Debian) "
     "2.35.2) #1 SMP Debian 5.10.162-1 (2023-01-21)",
     "debian"},
    {"5.10.22-2-lts (gcc (GCC) 10.2.0, GNU ld (GNU Binutils) 2.36.1) #1 SMP Wed, 10 Mar 2021 "
     "10:30:57 +0000",
     "arch"},
    {"5.11.22-5-pve (gcc (Debian 10.2.1-6) 10.2.1 20210110, GNU ld (GNU Binutils for Debian) "
     "2.35.2) #1 SMP PVE 5.11.22-10 (Tue, 28 Sep 2021 08:15:41 +0200) ()",
     "proxmox"},
    {"5.14.0-rc3-bluetea-test-uaf-00250-g51207ee38ab6 (gcc (Ubuntu 11.1.0-1ubuntu1~21.04) 11.1.0, "
     "GNU ld (GNU Binutils for Ubuntu) 2.36.1) #7 SMP Thu Aug 5 23:16:24 WIB 2021",
     ""},
    {"5.15.0-67-generic (gcc (Ubuntu 11.3.0-1ubuntu1~22.04) 11.3.0, GNU ld (GNU Binutils for "
     "Ubuntu) 2.38) #74+11.0trisquel18 SMP Sun Mar 5 03:14:11 UTC 2023 (Ubuntu "
     "5.15.0-67.74+11.0trisquel18-generic 5.15.85-gnu)",
     "trisquel"},
    {"5.17.0-10753-g1b351a77ed33 (gcc (Debian 11.2.0-12) 11.2.0, GNU ld (GNU Binutils for Debian) "
     "2.37) #300 SMP PREEMPT_DYNAMIC Sat Mar 26 07:14:22 UTC 2022",
     "mainline"},
    {"5.18.7-arch1-1 (gcc (GCC) 12.1.0, GNU ld (GNU Binutils) 2.38) #1 SMP PREEMPT_DYNAMIC Sat, 25 "
     "Jun 2022 20:22:01 +0000",
     "arch"},
    {"5.19.0-rc3-00027-g0568e6122574 (gcc-11 (Debian 11.3.0-3) 11.3.0, GNU ld (GNU Binutils for "
     "Debian) 2.38) #1 SMP Tue Aug 2 00:39:16 CST 2022",
     "mainline"},
    {"6.2.0.kasan+ (gcc (GCC) 11.3.1 20221121 (Red Hat 11.3.1-4), GNU ld version 2.35.2-37.el9) #1 "
     "SMP PREEMPT_DYNAMIC Wed Feb 22 04:49:02 EST 2023",
     ""},
    {"6.5.0-18-generic (x86_64-linux-gnu-gcc-12 (Ubuntu 12.3.0-1ubuntu1~22.04) 12.3.0, GNU ld (GNU "
     "Binutils for Ubuntu) 2.38) #18~22.04.1-Ubuntu SMP PREEMPT_DYNAMIC Wed Feb 7 11:40:03 UTC 2 "
     "(Ubuntu 6.5.0-18.18~22.04.1-generic 6.5.8)",
     "ubuntu"},
    {"6.7.4-1.ge1978fc-default (gcc (SUSE Linux) 13.2.1 20240206 [revision "
     "67ac78caf31f7cb3202177e6428a46d829b70f23], GNU ld (GNU Binutils; openSUSE Tumbleweed) "
     "2.41.0.20230908-1) #1 SMP PREEMPT_DYNAMIC Mon Feb 12 09:36:35 UTC 2024 (e1978fc)",
     "tumbleweed"},
    {"6.8.0-rc3-next-20240208 (gcc (GCC) 11.4.1 20230605 (Red Hat 11.4.1-2), GNU ld version "
     "2.35.2-42.el9) #5 SMP PREEMPT_DYNAMIC Thu Feb 8 13:49:40 IST 2024",
     "mainline"},
    {"6.8.12-grsec+ (gcc (Debian 12.2.0-14) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #33 SMP "
     "PREEMPT_DYNAMIC Wed Sep 25 14:05:27 UTC 2024",
     ""},
    {"6.16.12+deb14+1-amd64 (x86_64-linux-gnu-gcc-14 (Debian 14.3.0-8) 14.3.0, GNU ld (GNU "
     "Binutils for Debian) 2.45) #1 SMP PREEMPT_DYNAMIC Debian 6.16.12-2 (2025-10-16)",
     "debian"},
    {"7.3-amd64 (debian-kernel@lists.debian.org) (x86_64-linux-gnu-gcc-16 (Debian 16.2.0-3) "
     "16.2.0, "
     "GNU ld (GNU Binutils for Debian) 2.47) #1 SMP PREEMPT_DYNAMIC Debian 7.3~rc7-1~exp1 "
     "(2026-10-16)",
     "debian"},
    {"6.19.0-rc6-1-git-00201-gcfc7bee071d1 (gcc (GCC) 15.2.1 20260103, GNU ld (GNU Binutils) "
     "2.45.1) #29 SMP PREEMPT_DYNAMIC Thu, 29 Jan 2026 04:31:02 +0000",
     ""},
    {"7.0.0-rc2-debug-next-20260303-03431-gc025f6cf4209-dirty (x86_64-linux-gcc (GCC) 15.2.0, GNU "
     "ld (GNU Binutils) 2.45) #1 SMP PREEMPT_DYNAMIC Tue Mar 3 14:12:42 MST 2026",
     ""},
    {"7.0.10-2-cachyos (clang version 22.1.5, LLD 22.1.5) #1 SMP PREEMPT_DYNAMIC Thu, 28 May 2026 "
     "10:26:37 +0000",
     "cachyos"},
    {"7.0.12-zen1-1-zen (gcc (GCC) 16.1.1 20260430, GNU ld (GNU Binutils) 2.46.0) #1 ZEN SMP "
     "PREEMPT_DYNAMIC Wed, 10 Jun 2026 08:57:50 +0000",
     "arch"},
    {"6.6.31-0-lts (gcc (Alpine 13.2.1_git20240309) 13.2.1 20240309, GNU ld (GNU Binutils) 2.42) "
     "#1-Alpine SMP PREEMPT_DYNAMIC",
     "alpine"},
    // Releases alone
    {"4.18.0-553.66.1.el8_10.x86_64", "el8"},
    {"5.14.0-570.32.1.el9_6.x86_64", "el9"},
    {"6.12.0-55.24.1.el10_0.x86_64", "el10"},
    {"5.4.278-1.el8.elrepo.x86_64", "elrepo"},
    {"5.15.0-200.131.27.el8uek.x86_64", "uek"},
    {"5.10.230-223.885.amzn2.x86_64", "amazon"},
    {"6.1.119-129.201.amzn2023.x86_64", "amazon"},
    {"6.8.9-300.fc40.x86_64", "fedora"},
    {"5.14.21-150500.55.7-default", "suse"},
    {"6.4.0-150600.23.7-default", "suse"},
    {"4.12.14-122.37-default", "suse"},
    {"6.8.4-2-pve", "proxmox"},
    {"6.9.3-76060903-generic", "pop"},
    {"6.1.0-0.deb11.21-amd64", "debian"},
    {"6.1.0-kali9-amd64", "kali"},
    {"5.15.153.1-microsoft-standard-WSL2", "wsl"},
    {"6.12.31", "mainline"},
    {"6.1", "mainline"},
    {"mine", ""},
    {"", ""},
};

TEST(Distribution, IsRecognised) {
  for (const DistributionLine& line : kDistributionLines) {
    const Recognised got = recognise({.banner = line.banner});
    EXPECT_EQ(got.distribution == nullptr ? "" : got.distribution->id, line.want) << line.banner;
    EXPECT_TRUE(got.contradiction.empty()) << line.banner << ": " << got.contradiction;
    EXPECT_EQ(got.by.empty(), got.distribution == nullptr) << line.banner;
  }
}

TEST(Distribution, ContradictionsAreSaid) {
  const Recognised built =
      recognise({.release = "6.1.0-55-amd64", .compiler = "gcc-12 (Ubuntu 12.3.0) 12.3.0"});
  ASSERT_NE(built.distribution, nullptr);
  EXPECT_EQ(built.distribution->id, "debian");
  EXPECT_EQ(built.contradiction,
            "it is named as Debian's kernels are, and Ubuntu's compiler built it: it may be "
            "somebody's own");
  const Recognised banner = recognise(
      {.banner =
           "5.14.0-70.13.1.el9_0.x86_64 (gcc (Debian 12.2.0-14) 12.2.0) #1 SMP Debian 6.1.176-1"});
  EXPECT_EQ(banner.contradiction,
            "its release is one of Enterprise Linux 9's, its banner tells of Debian");
}

TEST(Distribution, RowsAreWellFormed) {
  std::set<std::string_view> ids;
  for (const Distribution& d : distributions()) {
    EXPECT_TRUE(ids.insert(d.id).second) << d.id;
    EXPECT_FALSE(d.name.empty()) << d.id;
    EXPECT_TRUE(d.based_on.empty() || find_distribution(d.based_on) != nullptr) << d.id;
    EXPECT_FALSE(d.rules == Distribution::Rules::builds && d.read.empty()) << d.id;
  }
  EXPECT_EQ(find_distribution("el6"), nullptr);
}

TEST(Distribution, TellsBuildAndStableVersion) {
  EXPECT_EQ(build_of("4.18.0-240.22.1.el8_3.x86_64"), 240u);
  EXPECT_EQ(build_of("6.12.31"), 0u);
  EXPECT_EQ(stable_version_in("5.10.0-21-amd64 #1 SMP Debian 5.10.162-1 (2023-01-21)"), "5.10.162");
  EXPECT_EQ(stable_version_in("x (Ubuntu 5.15.0-67.74-generic 5.15.85)"), "5.15.85");
  EXPECT_EQ(stable_version_in("x (Ubuntu 2.6.27-11.27-server)"), std::nullopt);
  EXPECT_EQ(stable_version_in("6.12.31"), std::nullopt);
}

TEST(Distribution, TheKeyIsAboveTheName) {
  EXPECT_EQ(distribution_of({.name = "6.1.0-55-amd64"})->id, "debian");
  EXPECT_EQ(distribution_of({.name = "6.1.0-55-amd64", .distribution = "el9"})->id, "el9");
  EXPECT_EQ(distribution_of({.name = "mine"}), nullptr);
}

}  // namespace
}  // namespace memmap::kernel
