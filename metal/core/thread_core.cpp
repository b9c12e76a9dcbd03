#include "core/thread_core.h"

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#endif

namespace mamba {

#if defined(__linux__)

void move_off_this_core(std::thread& thread) {
  const int own = sched_getcpu();
  const pthread_t handle = thread.native_handle();
  cpu_set_t allowed;
  if (own < 0 || pthread_getaffinity_np(handle, sizeof(allowed), &allowed)) {
    return;
  }
  cpu_set_t others = allowed;
  CPU_CLR(own, &others);
  if (CPU_COUNT(&others) == 0) return;
  // The first call moves the thread, if it has to.
  if (pthread_setaffinity_np(handle, sizeof(others), &others)) return;
  pthread_setaffinity_np(handle, sizeof(allowed), &allowed);
}

#else

void move_off_this_core(std::thread&) {}

#endif

}  // namespace mamba
