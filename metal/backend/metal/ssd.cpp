#include <cstdint>

#include "backend/metal/decode_rows.h"
#include "backend/metal/kernel_table.h"
#include "backend/metal/kernels/ssd.h"
#include "backend/metal/metal_ops.h"
#include "backend/metal/ssd_shape.h"

namespace mamba::metal {
namespace {

constexpr Kernel kStepsBy1 = {"ssd", "ssd_steps_by_1"};
constexpr Kernel kStepsBy4 = {"ssd", "ssd_steps_by_4"};
constexpr Kernel kStepRowsBy1 = {"ssd", "ssd_step_rows_by_1"};
constexpr Kernel kStepRowsBy4 = {"ssd", "ssd_step_rows_by_4"};
constexpr Kernel kPrepare = {"ssd_prepare", "ssd_prepare"};
constexpr Kernel kWalk = {"ssd_walk", "ssd_walk"};

constexpr uint32_t kStepThreads = 256, kPrepareThreads = 256;
constexpr uint32_t kWalkThreads = 128;
// So many rows are through before a chunk is prepared.
constexpr int64_t kFewRows = 8;

// Of one sequence.
struct SsdViews {
  SsdViews(const SsdArgs& args, const Segment& segment)
      : z(args.z + segment.first * args.stride),
        x(args.x + segment.first * args.stride),
        B(args.B + segment.first * args.stride),
        C(args.C + segment.first * args.stride),
        dt(args.dt + segment.first * args.stride),
        state(segment.state.ssm),
        state_size(args.nheads * args.d_state * args.headdim),
        out(args.out + segment.first * args.nheads * args.headdim),
        shape(ssd_shape(args, segment)) {}

  // Numbers from the first to the last of rows of so many columns.
  int64_t size(int64_t columns) const {
    return (int64_t{shape.rows} - 1) * shape.stride + columns;
  }
  int64_t of_heads() const {
    return size(int64_t{shape.heads} * shape.headdim);
  }
  int64_t of_groups() const {
    return size(int64_t{shape.groups} * shape.d_state);
  }
  int64_t out_size() const {
    return int64_t{shape.rows} * shape.heads * shape.headdim;
  }

  const float *z, *x, *B, *C, *dt;
  float* state;
  int64_t state_size;
  float* out;
  SsdShape shape;
};

// What ssd_prepare leaves for ssd_walk.
class ChunkRoom {
 public:
  explicit ChunkRoom(const SsdShape& shape)
      : chunks(ceil_div(shape.rows, kSsdChunk)),
        states(ceil_div(shape.d_state, kSsdColumns) * kSsdColumns),
        decays_size(chunks * shape.heads * kSsdDecayFloats),
        rows_size(chunks * shape.groups * kSsdChunk * states),
        products_size(chunks * shape.groups * kSsdChunk * kSsdChunk) {}

  int64_t size() const { return decays_size + 2 * rows_size + products_size; }
  void place(float* room) {
    decays = room;
    B = decays + decays_size;
    C = B + rows_size;
    products = C + rows_size;
  }

  const int64_t chunks, states, decays_size, rows_size, products_size;
  float *decays = nullptr, *B = nullptr, *C = nullptr, *products = nullptr;
};

bool goes_in_steps(const SsdArgs& args, const Segment& segment) {
  return segment.count <= kFewRows || args.d_state > kSsdMaxStates;
}

int64_t room_size(const SsdArgs& args, const Segment& segment) {
  if (goes_in_steps(args, segment)) return 0;
  return ChunkRoom(SsdViews(args, segment).shape).size();
}

void run_steps(Stream& stream, const SsdArgs& args, const SsdViews& views) {
  const bool by_4 = args.headdim % 4 == 0;
  stream.call(by_4 ? kStepsBy4 : kStepsBy1)
      .read(0, views.z, views.of_heads())
      .read(1, views.x, views.of_heads())
      .read(2, views.B, views.of_groups())
      .read(3, views.C, views.of_groups())
      .read(4, views.dt, views.size(args.nheads))
      .read(5, args.dt_bias, args.nheads)
      .read(6, args.A, args.nheads)
      .read(7, args.D, args.nheads)
      .update(8, views.state, views.state_size)
      .write(9, views.out, views.out_size())
      .args(10, views.shape)
      .run({ceil_div(args.headdim, kSsdStepColumns),
            static_cast<uint32_t>(args.nheads)},
           {kStepThreads});
}

// Rows of a decode batch, each a sequence of its own. The same bits as
// run_steps().
void step_rows(Stream& stream, const Batch& batch, const Segment& rows,
               const SsdArgs& args) {
  const SsdViews views(args, rows);
  const bool by_4 = args.headdim % 4 == 0;
  Call call = stream.call(by_4 ? kStepRowsBy4 : kStepRowsBy1);
  call.read(0, views.z, views.of_heads())
      .read(1, views.x, views.of_heads())
      .read(2, views.B, views.of_groups())
      .read(3, views.C, views.of_groups())
      .read(4, views.dt, views.size(args.nheads))
      .read(5, args.dt_bias, args.nheads)
      .read(6, args.A, args.nheads)
      .read(7, args.D, args.nheads)
      .write(8, views.out, views.out_size())
      .args(9, views.shape);
  update_states(call, 10, batch, rows, &LayerState::ssm, views.state_size);
  call.run(
      {ceil_div(args.headdim, kSsdStepColumns),
       static_cast<uint32_t>(args.nheads), static_cast<uint32_t>(rows.count)},
      {kStepThreads});
}

void prepare(Stream& stream, const SsdArgs& args, const SsdViews& views,
             const ChunkRoom& room) {
  stream.call(kPrepare)
      .read(0, views.B, views.of_groups())
      .read(1, views.C, views.of_groups())
      .read(2, views.dt, views.size(args.nheads))
      .read(3, args.dt_bias, args.nheads)
      .read(4, args.A, args.nheads)
      .write(5, room.decays, room.decays_size)
      .write(6, room.B, room.rows_size)
      .write(7, room.C, room.rows_size)
      .write(8, room.products, room.products_size)
      .args(9, views.shape)
      .run({static_cast<uint32_t>(room.chunks),
            static_cast<uint32_t>(args.ngroups)},
           {kPrepareThreads});
}

void walk(Stream& stream, const SsdArgs& args, const SsdViews& views,
          const ChunkRoom& room) {
  stream.call(kWalk)
      .read(0, views.z, views.of_heads())
      .read(1, views.x, views.of_heads())
      .read(2, args.D, args.nheads)
      .read(3, room.decays, room.decays_size)
      .read(4, room.B, room.rows_size)
      .read(5, room.C, room.rows_size)
      .read(6, room.products, room.products_size)
      .write(7, views.state, views.state_size)
      .write(8, views.out, views.out_size())
      .args(9, views.shape)
      .threadgroup(0, static_cast<std::size_t>(room.states) * kSsdColumns *
                          sizeof(float))
      .run({ceil_div(args.headdim, kSsdColumns),
            static_cast<uint32_t>(args.nheads)},
           {kWalkThreads});
}

}  // namespace

void MetalOps::ssd(const Batch& batch, const SsdArgs& args) {
  if (batch.is_decode() && batch.rows > 1) {
    for_decode_rows(batch, [&](const Segment& rows) {
      step_rows(stream_, batch, rows, args);
    });
    return;
  }
  int64_t size = 0;
  for (int64_t s = 0; s < batch.n_segments; ++s) {
    size += room_size(args, batch.segments[s]);
  }
  // Each sequence has room of its own, so that they do not wait for each
  // other.
  float* next = size > 0 ? stream_.scratch(0, size) : nullptr;
  for (int64_t s = 0; s < batch.n_segments; ++s) {
    const Segment& segment = batch.segments[s];
    const SsdViews views(args, segment);
    if (goes_in_steps(args, segment)) {
      run_steps(stream_, args, views);
      continue;
    }
    ChunkRoom room(views.shape);
    room.place(next);
    next += room.size();
    prepare(stream_, args, views, room);
    walk(stream_, args, views, room);
  }
}

}  // namespace mamba::metal
