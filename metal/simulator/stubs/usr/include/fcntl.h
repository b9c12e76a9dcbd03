#pragma once
#include <_darwin.h>
#define O_RDONLY 0
#define O_WRONLY 1
#define O_RDWR 2
#define O_CREAT 0x200
#define O_NONBLOCK 4
#define O_TRUNC 0x400
#define O_EXCL 0x800
#define O_CLOEXEC 0x1000000
#define F_NOCACHE 48
#define F_RDADVISE 44
DARWIN_BEGIN
int open(const char* path, int flags, ...);
int fcntl(int file, int command, ...);
DARWIN_END
