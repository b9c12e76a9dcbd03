#pragma once
#include <sys/_types/_mbstate_t.h>
typedef int wint_t;
#define WEOF ((wint_t) - 1)
