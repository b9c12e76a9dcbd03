#include <cstdint>

#include "backend/metal/backward/metal_backward.h"
#include "backend/metal/backward/scan_backward.h"
#include "backend/metal/backward/scratch_slots.h"
#include "backend/metal/backward/sums.h"
#include "backend/metal/kernel_table.h"
#include "backend/metal/kernels/backward_ssd.h"
#include "backend/metal/kernels/ssd.h"
#include "backend/metal/ssd_shape.h"

namespace mamba::metal {
namespace {

constexpr Kernel kSpreadDt = {"backward_ssd", "ssd_spread_dt"};
constexpr Kernel kSpreadWeights = {"backward_ssd", "ssd_spread_weights"};
constexpr Kernel kCollectDt = {"backward_ssd", "ssd_collect_dt"};
constexpr Kernel kCollectWeights = {"backward_ssd", "ssd_collect_weights"};
constexpr uint32_t kThreads = 256, kSimdgroup = 32;

// Scratch slots that scan_backward() leaves alone.
constexpr int kDeltas = 0;
constexpr int kWeights = kNormalisedSlot;

// Of all rows of a batch. The recurrence goes through the kernels of Mamba's
// scan, group by group, with dt, A and D of a head spread over its columns.
class SsdWayBack {
 public:
  SsdWayBack(Stream& stream, const Batch& batch, const SsdBackward& args)
      : stream_(stream), batch_(batch), args_(args), forward_(args.forward) {
    Segment all;
    all.count = batch.rows;
    shape_ = ssd_shape(forward_, all);
    const int64_t deltas = batch.rows * width(), weights = states() + width();
    delta_ = stream_.scratch(kDeltas, 2 * deltas + batch.rows * heads());
    d_delta_ = delta_ + deltas;
    d_raw_ = d_delta_ + deltas;
    A_ = stream_.scratch(kWeights, 2 * weights);
    D_ = A_ + states();
    d_A_ = D_ + width();
    d_D_ = d_A_ + states();
  }

  void run() {
    spread();
    for (int64_t g = 0; g < forward_.ngroups; ++g) {
      scan_backward(stream_, batch_, of_group(g), width());
    }
    collect();
    add_column_sums(stream_, d_raw_, batch_.rows, heads(), args_.d_dt_bias);
  }

 private:
  int64_t heads() const { return forward_.nheads; }
  int64_t width() const { return forward_.nheads * forward_.headdim; }
  int64_t states() const { return forward_.d_state * width(); }
  int64_t extent_of_dt() const {
    return (batch_.rows - 1) * forward_.stride + heads();
  }
  uint32_t rows() const { return static_cast<uint32_t>(batch_.rows); }

  void spread() {
    const Size columns = {ceil_div(width(), kThreads)};
    stream_.call(kSpreadDt)
        .read(0, forward_.dt, extent_of_dt())
        .read(1, forward_.dt_bias, heads())
        .write(2, delta_, batch_.rows * width())
        .write(3, d_delta_, batch_.rows * width())
        .args(4, shape_)
        .run({columns.x, rows()}, {kThreads});
    stream_.call(kSpreadWeights)
        .read(0, forward_.A, heads())
        .read(1, forward_.D, heads())
        .write(2, A_, states())
        .write(3, D_, width())
        .write(4, d_A_, states())
        .write(5, d_D_, width())
        .args(6, shape_)
        .run(columns, {kThreads});
  }

  SelectiveScanBackward of_group(int64_t group) const {
    const int64_t columns = width() / forward_.ngroups;
    const int64_t first = group * columns;
    const int64_t of_B = group * forward_.d_state;
    SelectiveScanBackward scan;
    SelectiveScanArgs& f = scan.forward;
    f.d_inner = columns;
    f.d_state = forward_.d_state;
    f.u = forward_.x + first;
    f.u_stride = forward_.stride;
    f.dt = delta_ + first;
    f.dt_stride = width();
    f.dt_softplus = false;
    f.B = forward_.B + of_B;
    f.C = forward_.C + of_B;
    f.bc_stride = forward_.stride;
    f.A = A_ + group * forward_.d_state * columns;
    f.D = D_ + first;
    f.z = forward_.z + first;
    f.z_stride = forward_.stride;
    scan.d_out = args_.d_out + first;
    scan.d_u = args_.d_x + first;
    scan.d_dt = d_delta_ + first;
    scan.d_B = args_.d_B + of_B;
    scan.d_C = args_.d_C + of_B;
    scan.d_z = args_.d_z + first;
    scan.d_A = d_A_ + group * forward_.d_state * columns;
    scan.d_D = d_D_ + first;
    return scan;
  }

  void collect() {
    stream_.call(kCollectDt)
        .read(0, d_delta_, batch_.rows * width())
        .read(1, forward_.dt, extent_of_dt())
        .read(2, forward_.dt_bias, heads())
        .write(3, args_.d_dt, extent_of_dt())
        .write(4, d_raw_, batch_.rows * heads())
        .args(5, shape_)
        .run({shape_.heads, rows()}, {kSimdgroup});
    SsdCollectArgs wanted;
    wanted.d_A = args_.d_A != nullptr;
    wanted.d_D = args_.d_D != nullptr;
    stream_.call(kCollectWeights)
        .read(0, d_A_, states())
        .read(1, d_D_, width())
        .write(2, args_.d_A, heads())
        .write(3, args_.d_D, heads())
        .args(4, shape_)
        .args(5, wanted)
        .run({shape_.heads}, {kSimdgroup});
  }

  Stream& stream_;
  const Batch& batch_;
  const SsdBackward& args_;
  const SsdArgs& forward_;
  SsdShape shape_;
  // (L, H P) and, d_raw, (L, H).
  float *delta_, *d_delta_, *d_raw_;
  // (G, N, H P / G), (H P), and their gradients.
  float *A_, *D_, *d_A_, *d_D_;
};

}  // namespace

void MetalBackward::ssd(const Batch& batch, const SsdBackward& args) {
  if (batch.rows == 0) return;
  SsdWayBack(stream_, batch, args).run();
}

}  // namespace mamba::metal
