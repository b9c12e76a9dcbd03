// Runs committed command buffers on a thread of its own, in their order, and
// not before somebody asks: a host that forgets to wait reads old numbers every
// time. Who asks is a wait, several looks at the status, or, a little later
// (the host cannot be seen waiting for them), a completed handler or an event.
#pragma once

#import "simulator/device/objects.h"

namespace simulator {

// `soon` = it must run without being asked.
void commit_work(SimulatedCommandBuffer* buffer, bool soon);

// Asks for the command buffer and those before it in its queue.
void demand_work(SimulatedCommandBuffer* buffer);
void wait_for_work(SimulatedCommandBuffer* buffer);

// Asks for everything that is committed; without waiting.
void demand_all_work();

// Waits until the queue has fewer than so many unfinished command buffers;
// false = none is committed that could finish.
bool wait_for_room(SimulatedQueue* queue, NSUInteger most);

// True if it is finished. Whoever looks often gets it.
bool poll_work(SimulatedCommandBuffer* buffer);

// Committed and not finished.
uint64_t unfinished_work();

}  // namespace simulator
