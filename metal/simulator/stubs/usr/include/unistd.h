#pragma once
#include <_darwin.h>
#define _SC_NPROCESSORS_ONLN 58
#define _SC_PAGESIZE 29
#define _SC_PAGE_SIZE _SC_PAGESIZE
#define _SC_PHYS_PAGES 200
#define SEEK_SET 0
DARWIN_BEGIN
int close(int), fsync(int), unlink(const char*), access(const char*, int);
int ftruncate(int, off_t), getpagesize(void);
pid_t getpid(void);
ssize_t read(int, void*, size_t), write(int, const void*, size_t);
ssize_t pread(int, void*, size_t, off_t);
ssize_t pwrite(int, const void*, size_t, off_t);
off_t lseek(int, off_t, int);
long sysconf(int);
DARWIN_END
