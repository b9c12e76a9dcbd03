/* What a simulated library exports beside the ABI of libmamba, for tests and
 * measurements. Any thread.
 *
 * Functions that give text write it with a closing 0 if it fits into
 * `capacity` bytes, else nothing, and return the size that it needs. */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SIMULATOR_API __attribute__((visibility("default")))

typedef struct SimulatorCounts {
  uint64_t live_objects;    /* Objective-C objects that are not released */
  uint64_t unpooled;        /* autoreleased outside of any pool: leaked */
  uint64_t command_buffers; /* that were run, since the start */
  uint64_t dispatches;      /* of them */
  uint64_t blits;           /* fills and copies of them */
  uint64_t unfinished;      /* committed, but nobody has waited for them */
  uint64_t findings;        /* things that were found wrong */
  uint64_t buffer_bytes;    /* of all buffers that live */
} SimulatorCounts;

SIMULATOR_API void simulator_counts(SimulatorCounts* counts);

/* "2 SimulatedBuffer, 1 block": the names of what lives; then, in a line of
 * their own, of what was autoreleased outside of a pool. */
SIMULATOR_API uint64_t simulator_objects(char* text, uint64_t capacity);

/* What was found wrong so far, one line each; empty = nothing. */
SIMULATOR_API uint64_t simulator_findings(char* text, uint64_t capacity);
SIMULATOR_API void simulator_clear_findings(void);

/* 1 if the kernels are instrumented: races, overruns and the like are found. */
SIMULATOR_API uint32_t simulator_is_checked(void);

/* The order of threads from now on: 0 = ascending, else the seed of a random
 * one. */
SIMULATOR_API void simulator_set_schedule(uint32_t seed);

/* From start to stop, dispatches are added up per kernel. The text is JSON:
 *   [{"kernel":"scan","dispatches":24,"waits":24,"threadgroups":…,
 *     "threads":…,"bytesRead":…,"bytesWritten":…,"bytesRequested":…,
 *     "laneAccesses":…,"laneSlots":…,"flops":…,"barriers":…,
 *     "threadgroupBytes":…}, …]
 * `waits` are the dispatches that do not run beside those before them. All but
 * the last are sums; builds that are not checked know only dispatches, waits,
 * threadgroups, threads, barriers and threadgroupBytes. start() forgets earlier
 * ones. */
SIMULATOR_API void simulator_profile_start(void);
SIMULATOR_API void simulator_profile_stop(void);
SIMULATOR_API uint64_t simulator_profile_read(char* json, uint64_t capacity);

/* The host says what the next dispatch may touch of the buffer that is bound
 * at an index of a compute encoder: that many bytes from its offset on, only
 * to be read if `writes` is 0. Metal does not know of it; a checked build
 * holds the kernels to it, and so the barriers that the host derives from it.
 */
SIMULATOR_API void simulator_declare(void* encoder, uint32_t index,
                                     uint64_t bytes, uint32_t writes);

#ifdef __cplusplus
}
#endif
