#pragma once
#include <_darwin.h>
typedef int sig_atomic_t;
