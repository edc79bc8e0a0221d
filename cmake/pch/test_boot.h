// What tests of the boot and of what is behind it include, compiled once.
#pragma once

#include "boot.h"
#include "test.h"
