#pragma once
#include <_darwin.h>
#define CLOCKS_PER_SEC 1000000
#define TIME_UTC 1
typedef enum {
  CLOCK_REALTIME = 0,
  CLOCK_MONOTONIC = 6,
  CLOCK_MONOTONIC_RAW = 4,
} clockid_t;
#define CLOCK_REALTIME CLOCK_REALTIME
#define CLOCK_MONOTONIC CLOCK_MONOTONIC
#define CLOCK_MONOTONIC_RAW CLOCK_MONOTONIC_RAW
struct tm {
  int tm_sec, tm_min, tm_hour, tm_mday, tm_mon, tm_year, tm_wday, tm_yday;
  int tm_isdst;
  long tm_gmtoff;
  char* tm_zone;
};
DARWIN_BEGIN
clock_t clock(void);
double difftime(time_t, time_t);
time_t mktime(struct tm*), time(time_t*);
char *asctime(const struct tm*), *ctime(const time_t*);
struct tm *gmtime(const time_t*), *localtime(const time_t*);
size_t strftime(char*, size_t, const char*, const struct tm*);
int clock_gettime(clockid_t, struct timespec*);
int nanosleep(const struct timespec*, struct timespec*);
int timespec_get(struct timespec*, int);
DARWIN_END
