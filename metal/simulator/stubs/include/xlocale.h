// Functions that take a locale.
#pragma once
#include <ctype.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
DARWIN_BEGIN
extern locale_t _c_locale;
#define LC_GLOBAL_LOCALE ((locale_t) - 1)
#define LC_C_LOCALE ((locale_t)0)
locale_t newlocale(int, const char*, locale_t), uselocale(locale_t);
int freelocale(locale_t), ___mb_cur_max_l(locale_t);
#define MB_CUR_MAX_L(x) (___mb_cur_max_l(x))
struct lconv* localeconv_l(locale_t);
int isalpha_l(int, locale_t), isblank_l(int, locale_t);
int iscntrl_l(int, locale_t), isdigit_l(int, locale_t);
int islower_l(int, locale_t), isprint_l(int, locale_t);
int ispunct_l(int, locale_t), isspace_l(int, locale_t);
int isupper_l(int, locale_t), isxdigit_l(int, locale_t);
int tolower_l(int, locale_t), toupper_l(int, locale_t);
int strcoll_l(const char*, const char*, locale_t);
size_t strxfrm_l(char*, const char*, size_t, locale_t);
size_t strftime_l(char*, size_t, const char*, const struct tm*, locale_t);
double strtod_l(const char*, char**, locale_t);
float strtof_l(const char*, char**, locale_t);
long double strtold_l(const char*, char**, locale_t);
long long strtoll_l(const char*, char**, int, locale_t);
unsigned long long strtoull_l(const char*, char**, int, locale_t);
int snprintf_l(char*, size_t, locale_t, const char*, ...);
int asprintf_l(char**, locale_t, const char*, ...);
int sscanf_l(const char*, locale_t, const char*, ...);
DARWIN_END
