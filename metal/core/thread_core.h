// Which processor core a thread runs on.
#pragma once

#include <thread>

namespace mamba {

// Takes `thread` to another core than the caller's, where it may use one; what
// it may use stays as it was. Schedulers put a thread that is woken behind the
// one that woke it; if that one never sleeps, they can leave it there for
// milliseconds while another core idles. Does nothing where the system offers
// no way.
void move_off_this_core(std::thread& thread);

}  // namespace mamba
