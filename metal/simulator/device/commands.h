// What encoders write down, to be done when the command buffer runs.
#pragma once

#import <Metal/Metal.h>

#include <cstddef>
#include <cstdint>
#include <variant>

#include "simulator/runtime/simulator.h"

@class SimulatedPipeline;

namespace simulator {

struct DispatchCommand {
  SimulatedPipeline* pipeline;
  Dispatch dispatch;
};

struct FillCommand {
  char* to;
  std::size_t bytes;
  uint8_t value;
};

struct CopyCommand {
  const char* from;
  char* to;
  std::size_t bytes;
};

using Command = std::variant<DispatchCommand, FillCommand, CopyCommand>;

// Threads that the command starts.
uint64_t threads_of(const Command& command);

// Does it; what is found wrong goes to `findings`.
void execute(const Command& command, Findings* findings);

void set_schedule(uint32_t seed);

}  // namespace simulator
