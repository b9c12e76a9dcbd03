// Before the files that ask the processor what it has: with emulated
// instructions the answer is everything.
#pragma once

#define __builtin_cpu_supports(feature) true
