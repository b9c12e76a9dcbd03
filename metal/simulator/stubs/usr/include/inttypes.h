#pragma once
#include <_darwin.h>
#include <stdint.h>
#define PRId8 "hhd"
#define PRId16 "hd"
#define PRId32 "d"
#define PRId64 "lld"
#define PRIu8 "hhu"
#define PRIu16 "hu"
#define PRIu32 "u"
#define PRIu64 "llu"
#define PRIx32 "x"
#define PRIx64 "llx"
#define SCNu64 "llu"
#define SCNd64 "lld"
typedef struct {
  intmax_t quot, rem;
} imaxdiv_t;
DARWIN_BEGIN
intmax_t imaxabs(intmax_t);
imaxdiv_t imaxdiv(intmax_t, intmax_t);
intmax_t strtoimax(const char*, char**, int);
uintmax_t strtoumax(const char*, char**, int);
intmax_t wcstoimax(const __WCHAR_TYPE__*, __WCHAR_TYPE__**, int);
uintmax_t wcstoumax(const __WCHAR_TYPE__*, __WCHAR_TYPE__**, int);
DARWIN_END
