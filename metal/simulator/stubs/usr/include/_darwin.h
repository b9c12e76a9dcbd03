// The part of macOS's C library that libc++ and libmamba use, for the link
// check: declarations alone, for C++. On a Mac the SDK's headers are found.
#pragma once

#include <stddef.h>

#define DARWIN_BEGIN extern "C" {
#define DARWIN_END }

typedef long ssize_t;
typedef long long off_t;
typedef int pid_t;
typedef unsigned short mode_t;
typedef unsigned int uid_t, gid_t;
typedef long time_t;
typedef unsigned long clock_t;

struct timespec {
  time_t tv_sec;
  long tv_nsec;
};
