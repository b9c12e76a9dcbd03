#pragma once
#include <_darwin.h>
DARWIN_BEGIN
int sched_yield(void);
DARWIN_END
