// What most sources behind the boot include, compiled once.
#pragma once

#include "boot/boot.h"
#include "boot/outcome.h"
#include "std.h"
