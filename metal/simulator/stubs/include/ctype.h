#pragma once
#include <_darwin.h>
DARWIN_BEGIN
int isalnum(int), isalpha(int), isascii(int), isblank(int), iscntrl(int);
int isdigit(int);
int isgraph(int), islower(int), isprint(int), ispunct(int), isspace(int);
int isupper(int), isxdigit(int), tolower(int), toupper(int);
DARWIN_END
// What libc++ knows characters by.
typedef unsigned int __darwin_ctype_rune_t;
#define _CTYPE_A 0x00000100L
#define _CTYPE_C 0x00000200L
#define _CTYPE_D 0x00000400L
#define _CTYPE_G 0x00000800L
#define _CTYPE_L 0x00001000L
#define _CTYPE_P 0x00002000L
#define _CTYPE_S 0x00004000L
#define _CTYPE_U 0x00008000L
#define _CTYPE_X 0x00010000L
#define _CTYPE_B 0x00020000L
#define _CTYPE_R 0x00040000L
#define _CACHED_RUNES (1 << 8)
typedef struct {
  char __magic[8];
  char __encoding[32];
  void *__sgetrune, *__sputrune;
  int __invalid_rune;
  unsigned int __runetype[_CACHED_RUNES];
} _RuneLocale;
DARWIN_BEGIN
extern _RuneLocale _DefaultRuneLocale;
DARWIN_END
