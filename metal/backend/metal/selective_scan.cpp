#include <algorithm>

#include "backend/metal/decode_rows.h"
#include "backend/metal/gemm.h"
#include "backend/metal/kernel_table.h"
#include "backend/metal/metal_ops.h"
#include "backend/metal/scan_views.h"

namespace mamba::metal {
namespace {

constexpr KernelByDtype kStep =
    MAMBA_KERNEL_BY_DTYPE("selective_scan", "scan_step");
constexpr KernelByDtype kStepRows =
    MAMBA_KERNEL_BY_DTYPE("selective_scan", "scan_step_rows");
constexpr Kernel kPieces = {"selective_scan_rows", "scan_pieces"};
constexpr Kernel kRows = {"selective_scan_rows", "scan_rows"};

// Scratch slots.
constexpr int kRawDt = 0;
constexpr int kEnds = 1;

// Fewer channels than this leave a GPU room to scan several pieces of a
// sequence at once, which costs each exp twice.
constexpr int64_t kBusyChannels = 8192;
constexpr int64_t kLeastPiece = 128;  // rows

// One sequence of one row.
void scan_step(Stream& stream, const Segment& segment,
               const SelectiveScanArgs& args) {
  const ScanViews views(args, segment, {args.dt, args.dt_stride});
  const int64_t width = args.d_inner;
  ScanStepArgs step;
  step.dt_rank = args.dt_proj ? static_cast<uint32_t>(args.dt_rank) : 0;
  stream.call(kStep.of(args.dt_proj.dtype))
      .read(0, views.u, width)
      .read(1, views.dt, args.dt_proj ? args.dt_rank : width)
      .read(2, args.dt_proj)
      .read(3, args.dt_bias, width)
      .read(4, views.B, args.d_state)
      .read(5, views.C, args.d_state)
      .read(6, args.A, args.d_state * width)
      .read(7, args.D, width)
      .read(8, views.z, width)
      .update(9, segment.state.ssm, args.d_state * width)
      .write(10, views.out, width)
      .args(11, views.shape)
      .args(12, step)
      .run({ceil_div(width, kScanStepChannels)}, {kScanStepThreads});
}

// Rows of a decode batch, each a sequence of its own. The same bits as
// scan_step().
void scan_step_rows(Stream& stream, const Batch& batch, const Segment& rows,
                    const SelectiveScanArgs& args) {
  const ScanViews views(args, rows, {args.dt, args.dt_stride});
  const int64_t width = args.d_inner;
  ScanStepArgs step;
  step.dt_rank = args.dt_proj ? static_cast<uint32_t>(args.dt_rank) : 0;
  Call call = stream.call(kStepRows.of(args.dt_proj.dtype));
  call.read(0, views.u, views.size(args.u_stride, width))
      .read(1, views.dt,
            views.size(args.dt_stride, args.dt_proj ? args.dt_rank : width))
      .read(2, args.dt_proj)
      .read(3, args.dt_bias, width)
      .read(4, views.B, views.size(args.bc_stride, args.d_state))
      .read(5, views.C, views.size(args.bc_stride, args.d_state))
      .read(6, args.A, args.d_state * width)
      .read(7, args.D, width)
      .read(8, views.z, views.size(args.z_stride, width))
      .write(9, views.out, rows.count * width)
      .args(10, views.shape)
      .args(11, step);
  update_states(call, 12, batch, rows, &LayerState::ssm, args.d_state * width);
  call.run(
      {ceil_div(rows.count, kScanStepRows), ceil_div(width, kScanStepChannels)},
      {kScanStepThreads});
}

// How a sequence of so many rows is cut: by the sizes alone.
ScanPieces cut(int64_t rows, int64_t width) {
  const int64_t most = std::max<int64_t>(kBusyChannels / width, 1);
  const int64_t count = std::clamp<int64_t>(rows / kLeastPiece, 1, most);
  ScanPieces pieces;
  pieces.rows = kScanTileRows * ceil_div(rows, count * kScanTileRows);
  pieces.count = ceil_div(rows, pieces.rows);
  return pieces;
}

// Floats of the states between pieces and of Σ dt.
int64_t ends_size(const ScanPieces& pieces, const SelectiveScanArgs& args) {
  if (pieces.count == 1) return 0;
  return pieces.count * (args.d_state + 1) * args.d_inner;
}

void scan_pieces(Stream& stream, const ScanViews& views,
                 const SelectiveScanArgs& args, const ScanPieces& pieces,
                 const float* state, float* ends) {
  const int64_t states = args.d_state * args.d_inner;
  stream.call(kPieces)
      .read(0, views.u, views.size(args.u_stride, args.d_inner))
      .read(1, views.dt, views.size(views.shape.dt_stride, args.d_inner))
      .read(2, args.dt_bias, args.d_inner)
      .read(3, views.B, views.size(args.bc_stride, args.d_state))
      .read(4, args.A, states)
      .read(5, state, states)
      .write(6, ends, pieces.count * states)
      .write(7, ends + pieces.count * states, pieces.count * args.d_inner)
      .args(8, views.shape)
      .args(9, pieces)
      .run({ceil_div(args.d_inner, kScanThreads), pieces.count - 1},
           {kScanThreads});
}

// One sequence; `ends` has room for ends_size().
void scan_rows(Stream& stream, const ScanViews& views,
               const SelectiveScanArgs& args, float* state, float* ends) {
  const ScanPieces pieces = cut(views.shape.rows, args.d_inner);
  const int64_t states = args.d_state * args.d_inner;
  const bool whole = pieces.count == 1;
  if (!whole) scan_pieces(stream, views, args, pieces, state, ends);
  stream.call(kRows)
      .read(0, views.u, views.size(args.u_stride, args.d_inner))
      .read(1, views.dt, views.size(views.shape.dt_stride, args.d_inner))
      .read(2, args.dt_bias, args.d_inner)
      .read(3, views.B, views.size(args.bc_stride, args.d_state))
      .read(4, views.C, views.size(args.bc_stride, args.d_state))
      .read(5, args.A, states)
      .read(6, args.D, args.d_inner)
      .read(7, views.z, views.size(args.z_stride, args.d_inner))
      .read(8, whole ? state : ends, pieces.count * states)
      .read(9, whole ? nullptr : ends + pieces.count * states,
            pieces.count * args.d_inner)
      .write(10, state, states)
      .write(11, views.out, views.size(args.d_inner, args.d_inner))
      .args(12, views.shape)
      .args(13, pieces)
      .run({ceil_div(args.d_inner, kScanThreads), pieces.count},
           {kScanThreads});
}

}  // namespace

void MetalOps::selective_scan(const Batch& batch,
                              const SelectiveScanArgs& args) {
  if (batch.is_decode()) {
    if (batch.rows == 1) {
      scan_step(stream_, batch.segments[0], args);
    } else {
      for_decode_rows(batch, [&](const Segment& rows) {
        scan_step_rows(stream_, batch, rows, args);
      });
    }
    return;
  }
  const RawDt raw =
      raw_dt(stream_, batch, args,
             args.dt_proj ? stream_.scratch(kRawDt, batch.rows * args.d_inner)
                          : nullptr);
  int64_t room = 0;
  for (int64_t s = 0; s < batch.n_segments; ++s) {
    room += ends_size(cut(batch.segments[s].count, args.d_inner), args);
  }
  float* ends = room > 0 ? stream_.scratch(kEnds, room) : nullptr;
  for (int64_t s = 0; s < batch.n_segments; ++s) {
    const Segment& segment = batch.segments[s];
    scan_rows(stream_, ScanViews(args, segment, raw), args, segment.state.ssm,
              ends);
    ends += ends_size(cut(segment.count, args.d_inner), args);
  }
}

}  // namespace mamba::metal
