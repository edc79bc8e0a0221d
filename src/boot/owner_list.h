// Every owner that has words, for whoever looks for one by its words.
#pragma once

#include "boot/owner.h"

namespace memmap::boot::owner {

// clang-format off
// All of them that have words, in this order; whoever adds one to owner.h adds it here.
inline constexpr const Owner* kAll[] = {
    &kSysFirmwareMemmap, &kACPITable, &kACPITables, &kACPITablesOfTheInitrd,
    &kArrayOfMemorySections, &kBIOSArea, &kBrk, &kBrkArea, &kCMACrashKernel, &kCMADMABuffers,
    &kCMAHugePages, &kCommandLine, &kCPUMasks, &kCrashKernel, &kData, &kDentryHashTable,
    &kDistancesBetweenNodes, &kEFIBootServices, &kEFIMemoryAttributes, &kEFIMemoryMap,
    &kEFIPicture, &kEFISystemResourceTable, &kEFITables, &kFirst64KiB, &kFirstMiB, &kFirstPage,
    &kGartAperture, &kHugePages, &kInitrd, &kISCSIBootTable, &kInodeHashTable, &kKernelImage,
    &kKFENCE, &kLogBuffer, &kLowMemory, &kMemorySections, &kMemblockMemory, &kMemblockReserved,
    &kMPConfigurationTable, &kMPFloatingPointer, &kMPTables, &kNewMPTable, &kPageTables,
    &kPageTablesOfCPUEntryAreas, &kPageTablesOfPerCPUAreas, &kPageTablesOfStructPages,
    &kPerCPUAreas, &kPerCPUBookkeeping, &kRAM, &kRealModeTrampoline, &kRegionsNotToSave,
    &kReserveMem, &kResourceOfTheHPET, &kResourcesOfTheIOAPICs, &kResourcesOfTheMemoryMap,
    &kSetupData, &kSoftReserved, &kSoftwareIOTLB, &kStackDepot, &kStructPages, &kUnacceptedMemory,
    &kUnknownParameters, &kUsageMapsOfSections, &kWatchedForTheBIOSSWrites,
};
// clang-format on

}  // namespace memmap::boot::owner
