#include <algorithm>

#include "backend/metal/backward/metal_backward.h"
#include "backend/metal/backward/products.h"
#include "backend/metal/backward/scan_backward.h"
#include "backend/metal/backward/scratch_slots.h"
#include "backend/metal/backward/sums.h"
#include "backend/metal/kernel_table.h"
#include "backend/metal/kernels/backward_scan.h"
#include "backend/metal/scan_views.h"

namespace mamba::metal {
namespace {

constexpr Kernel kBoundaries = {"backward_scan", "scan_boundaries"};
constexpr Kernel kBack = {"backward_scan", "scan_back"};
constexpr Kernel kAddInputs = {"backward_scan", "scan_add_inputs"};
constexpr uint32_t kAddThreads = 256;

// Scratch slots, below those of what is called.
constexpr int kRawDt = 0;
constexpr int kStates = 1;
constexpr int kSums = 2;
static_assert(kSums < kNormalisedSlot, "the others are taken");

// Scratch of all sequences, one after the other.
struct Room {
  float* boundaries;  // (chunks - 1, N, D) each
  float* gradients;   // (N, D) each, for more states than a thread holds
  float* d_BC;        // (rows, blocks, 2, N) each
  float* d_weights;   // (N + 2, D) each
};

class ScanBackward {
 public:
  ScanBackward(Stream& stream, const Batch& batch,
               const SelectiveScanBackward& args, int64_t d_out_stride)
      : stream_(stream), batch_(batch), args_(args), forward_(args.forward) {
    backward_.blocks = ceil_div(width(), kScanBackChannels);
    backward_.add_d_raw = !forward_.dt_proj;
    backward_.d_out_stride = static_cast<uint32_t>(d_out_stride);
  }

  void run() {
    float* const room = forward_.dt_proj
                            ? stream_.scratch(kRawDt, batch_.rows * width())
                            : nullptr;
    const RawDt raw = raw_dt(stream_, batch_, forward_, room);
    // The gradient of raw dt takes the place of raw dt.
    d_raw_ = forward_.dt_proj ? room : args_.d_dt;
    backward_.d_raw_stride = static_cast<uint32_t>(raw.stride);
    make_room();
    for (int64_t s = 0; s < batch_.n_segments; ++s) {
      const Segment& segment = batch_.segments[s];
      const ScanViews views(forward_, segment, raw);
      find_boundaries(views);
      walk_back(views, segment.first);
      add_inputs(views, segment.first);
      room_.boundaries += boundaries_size(segment.count);
      room_.gradients += gradient_size();
      room_.d_BC += d_BC_size(segment.count);
      room_.d_weights += weights_size();
    }
    room_.d_weights -= batch_.n_segments * weights_size();
    add_weights();
    if (forward_.dt_proj) project_back();
  }

 private:
  int64_t width() const { return forward_.d_inner; }
  int64_t states() const { return forward_.d_state * forward_.d_inner; }
  int64_t boundaries_size(int64_t rows) const {
    return (rows - 1) / kScanChunk * states();
  }
  int64_t gradient_size() const {
    return forward_.d_state > kScanStates ? states() : 0;
  }
  int64_t d_BC_size(int64_t rows) const {
    return rows * backward_.blocks * 2 * forward_.d_state;
  }
  int64_t weights_size() const { return states() + 2 * width(); }

  void make_room() {
    int64_t boundaries = 0;
    for (int64_t s = 0; s < batch_.n_segments; ++s) {
      boundaries += boundaries_size(batch_.segments[s].count);
    }
    const int64_t gradients = batch_.n_segments * gradient_size();
    const int64_t d_BC = d_BC_size(batch_.rows);
    const int64_t weights = batch_.n_segments * weights_size();
    room_.boundaries = stream_.scratch(kStates, boundaries + gradients);
    room_.gradients = room_.boundaries + boundaries;
    room_.d_BC = stream_.scratch(kSums, d_BC + weights);
    room_.d_weights = room_.d_BC + d_BC;
  }

  void find_boundaries(const ScanViews& views) {
    const int64_t size = boundaries_size(views.shape.rows);
    if (size == 0) return;
    stream_.call(kBoundaries)
        .read(0, views.u, views.size(forward_.u_stride, width()))
        .read(1, views.dt, views.size(views.shape.dt_stride, width()))
        .read(2, forward_.dt_bias, width())
        .read(3, views.B, views.size(forward_.bc_stride, forward_.d_state))
        .read(4, forward_.A, states())
        .write(5, room_.boundaries, size)
        .args(6, views.shape)
        .run({ceil_div(width(), kScanThreads)}, {kScanThreads});
  }

  void walk_back(const ScanViews& views, int64_t first) {
    const int64_t rows = views.shape.rows;
    const int64_t of_u = views.size(forward_.u_stride, width());
    const int64_t of_z = views.size(forward_.z_stride, width());
    const int64_t of_BC = views.size(forward_.bc_stride, forward_.d_state);
    float* const d_z =
        forward_.z == nullptr ? nullptr : args_.d_z + first * forward_.z_stride;
    stream_.call(kBack)
        .read(0, views.u, of_u)
        .read(1, views.dt, views.size(views.shape.dt_stride, width()))
        .read(2, forward_.dt_bias, width())
        .read(3, views.B, of_BC)
        .read(4, views.C, of_BC)
        .read(5, forward_.A, states())
        .read(6, forward_.D, width())
        .read(7, views.z, of_z)
        .read(8, args_.d_out + first * backward_.d_out_stride,
              views.size(backward_.d_out_stride, width()))
        .read(9, room_.boundaries, boundaries_size(rows))
        .write(10, room_.gradients, gradient_size())
        .write(11, args_.d_u + first * forward_.u_stride, of_u)
        .write(12, d_raw_ + first * backward_.d_raw_stride,
               views.size(backward_.d_raw_stride, width()))
        .write(13, d_z, of_z)
        .write(14, room_.d_BC, d_BC_size(rows))
        .write(15, room_.d_weights, weights_size())
        .args(16, views.shape)
        .args(17, backward_)
        .run({backward_.blocks}, {kScanBackThreads});
  }

  void add_inputs(const ScanViews& views, int64_t first) {
    const int64_t rows = views.shape.rows;
    const int64_t stride = forward_.bc_stride;
    const int64_t size = views.size(stride, forward_.d_state);
    stream_.call(kAddInputs)
        .read(0, room_.d_BC, d_BC_size(rows))
        .write(1, args_.d_B + first * stride, size)
        .write(2, args_.d_C + first * stride, size)
        .args(3, views.shape)
        .args(4, backward_)
        .run({ceil_div(rows * 2 * forward_.d_state, kAddThreads)},
             {kAddThreads});
  }

  void add_weights() {
    const int64_t n = batch_.n_segments;
    const float* parts = room_.d_weights;
    add_parts(stream_, parts, n, weights_size(), states(), args_.d_A);
    parts += states();
    add_parts(stream_, parts, n, weights_size(), width(), args_.d_D);
    parts += width();
    add_parts(stream_, parts, n, weights_size(), width(), args_.d_dt_bias);
  }

  // From the gradient of raw dt to those of dt and dt_proj.
  void project_back() {
    ProductBackward product;
    product.d_out = d_raw_;
    product.rows = batch_.rows;
    product.x = forward_.dt;
    product.x_stride = forward_.dt_stride;
    product.weight = forward_.dt_proj;
    product.d_x = args_.d_dt;
    product.d_weight = args_.d_dt_proj;
    product_backward(stream_, product);
  }

  Stream& stream_;
  const Batch& batch_;
  const SelectiveScanBackward& args_;
  const SelectiveScanArgs& forward_;
  ScanBackwardArgs backward_{};
  float* d_raw_ = nullptr;  // (L, D), dense; without dt_proj it is d_dt
  Room room_{};             // of the sequence that is next
};

}  // namespace

void scan_backward(Stream& stream, const Batch& batch,
                   const SelectiveScanBackward& args, int64_t d_out_stride) {
  ScanBackward(stream, batch, args, d_out_stride).run();
}

void MetalBackward::selective_scan(const Batch& batch,
                                   const SelectiveScanBackward& args) {
  if (batch.rows == 0) return;
  scan_backward(stream_, batch, args, args.forward.d_inner);
}

}  // namespace mamba::metal
