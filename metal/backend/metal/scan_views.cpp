#include "backend/metal/scan_views.h"

#include "backend/metal/gemm.h"

namespace mamba::metal {
namespace {

const float* row_of(const float* array, int64_t row, int64_t stride) {
  return array == nullptr ? nullptr : array + row * stride;
}

}  // namespace

RawDt raw_dt(Stream& stream, const Batch& batch, const SelectiveScanArgs& args,
             float* room) {
  if (!args.dt_proj) return {args.dt, args.dt_stride};
  GemmArgs product = weight_product(args.dt, batch.rows, args.dt_proj, room);
  product.a_stride = args.dt_stride;
  gemm(stream, product);
  return {room, args.d_inner};
}

ScanViews::ScanViews(const SelectiveScanArgs& args, const Segment& segment,
                     const RawDt& raw)
    : u(row_of(args.u, segment.first, args.u_stride)),
      dt(row_of(raw.data, segment.first, raw.stride)),
      B(row_of(args.B, segment.first, args.bc_stride)),
      C(row_of(args.C, segment.first, args.bc_stride)),
      z(row_of(args.z, segment.first, args.z_stride)),
      out(args.out == nullptr ? nullptr
                              : args.out + segment.first * args.d_inner) {
  shape.rows = static_cast<uint32_t>(segment.count);
  shape.d_inner = static_cast<uint32_t>(args.d_inner);
  shape.d_state = static_cast<uint32_t>(args.d_state);
  shape.u_stride = static_cast<uint32_t>(args.u_stride);
  shape.dt_stride = static_cast<uint32_t>(raw.stride);
  shape.bc_stride = static_cast<uint32_t>(args.bc_stride);
  shape.z_stride = static_cast<uint32_t>(args.z_stride);
  shape.has_dt_bias = args.dt_bias != nullptr;
  shape.dt_softplus = args.dt_softplus;
  shape.has_D = args.D != nullptr;
  shape.has_z = args.z != nullptr;
}

}  // namespace mamba::metal
