// The bare selective scan: layouts of the paper in, layouts of the ops inside.
#include <vector>

#include "api/devices.h"
#include "api/guard.h"

namespace {

using mamba::fail;
using mamba::Status;

constexpr uint64_t kMostFloats = uint64_t{1} << 40;

void check_dimensions(const mamba_scan& scan) {
  if (scan.struct_size != sizeof(mamba_scan)) {
    fail(Status::invalid_argument,
         "Cannot scan: struct_size is %u, this library knows %zu",
         scan.struct_size, sizeof(mamba_scan));
  }
  // One after the other, so that no product overflows.
  const uint64_t length = scan.length, channels = scan.channels,
                 d_state = scan.d_state;
  if (length == 0 || channels == 0 || d_state == 0 || length > kMostFloats ||
      channels > kMostFloats / length || d_state > kMostFloats / length ||
      d_state > kMostFloats / channels) {
    fail(Status::invalid_argument,
         "Cannot scan: length %llu, channels %llu, d_state %llu are zero or "
         "too large",
         static_cast<unsigned long long>(length),
         static_cast<unsigned long long>(channels),
         static_cast<unsigned long long>(d_state));
  }
}

void check_pointers(const mamba_scan& scan) {
  mamba::require(scan.u, "u");
  mamba::require(scan.delta, "delta");
  mamba::require(scan.A, "A");
  mamba::require(scan.B, "B");
  mamba::require(scan.C, "C");
  mamba::require(scan.state, "state");
  mamba::require(scan.out, "out");
}

// (rows, cols) -> (cols, rows)
void transpose(const float* from, int64_t rows, int64_t cols, float* to) {
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t col = 0; col < cols; ++col) {
      to[col * rows + row] = from[row * cols + col];
    }
  }
}

void run_scan(const mamba_scan& scan, mamba::Ops& ops) {
  const auto channels = static_cast<int64_t>(scan.channels);
  const auto d_state = static_cast<int64_t>(scan.d_state);
  std::vector<float> A(scan.channels * scan.d_state), state(A.size());
  transpose(scan.A, channels, d_state, A.data());
  transpose(scan.state, channels, d_state, state.data());

  mamba::SelectiveScanArgs args;
  args.d_inner = channels;
  args.d_state = d_state;
  args.u = scan.u;
  args.u_stride = channels;
  args.dt = scan.delta;
  args.dt_stride = channels;
  args.dt_bias = scan.delta_bias;
  args.dt_softplus = scan.delta_softplus != 0;
  args.B = scan.B;
  args.C = scan.C;
  args.bc_stride = d_state;
  args.A = A.data();
  args.D = scan.D;
  args.z = scan.z;
  args.z_stride = channels;
  args.out = scan.out;

  mamba::Segment segment;
  segment.count = static_cast<int64_t>(scan.length);
  segment.state.ssm = state.data();
  mamba::Batch batch;
  batch.rows = segment.count;
  batch.segments = &segment;
  batch.n_segments = 1;
  ops.selective_scan(batch, args);
  ops.finish();
  transpose(state.data(), d_state, channels, scan.state);
}

}  // namespace

mamba_status mamba_selective_scan(const mamba_scan* scan, const char* device,
                                  uint32_t threads, char* error,
                                  uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::require(scan, "scan");
    mamba::require(device, "device");
    check_dimensions(*scan);
    check_pointers(*scan);
    mamba::DeviceDescription description;
    const auto ops = mamba::make_ops(device, threads, &description);
    run_scan(*scan, *ops);
  });
}
