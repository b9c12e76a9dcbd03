#pragma once
#include <_darwin.h>
#define EXIT_FAILURE 1
#define EXIT_SUCCESS 0
#define RAND_MAX 0x7fffffff
#define MB_CUR_MAX 4
typedef struct {
  int quot, rem;
} div_t;
typedef struct {
  long quot, rem;
} ldiv_t;
typedef struct {
  long long quot, rem;
} lldiv_t;
DARWIN_BEGIN
void abort(void) __attribute__((noreturn));
void exit(int) __attribute__((noreturn));
void _Exit(int) __attribute__((noreturn));
void quick_exit(int) __attribute__((noreturn));
int atexit(void (*)(void)), at_quick_exit(void (*)(void));
int abs(int), atoi(const char*), rand(void), system(const char*);
long labs(long), atol(const char*);
long long llabs(long long), atoll(const char*);
double atof(const char*), strtod(const char*, char**);
float strtof(const char*, char**);
long double strtold(const char*, char**);
long strtol(const char*, char**, int);
long long strtoll(const char*, char**, int);
unsigned long strtoul(const char*, char**, int);
unsigned long long strtoull(const char*, char**, int);
div_t div(int, int);
ldiv_t ldiv(long, long);
lldiv_t lldiv(long long, long long);
void *malloc(size_t), *calloc(size_t, size_t), *realloc(void*, size_t);
void* aligned_alloc(size_t, size_t);
int posix_memalign(void**, size_t, size_t);
void free(void*), srand(unsigned);
char* getenv(const char*);
void* bsearch(const void*, const void*, size_t, size_t,
              int (*)(const void*, const void*));
void qsort(void*, size_t, size_t, int (*)(const void*, const void*));
int mblen(const char*, size_t);
int mbtowc(__WCHAR_TYPE__*, const char*, size_t), wctomb(char*, __WCHAR_TYPE__);
size_t mbstowcs(__WCHAR_TYPE__*, const char*, size_t);
size_t wcstombs(char*, const __WCHAR_TYPE__*, size_t);
unsigned arc4random(void);
DARWIN_END
