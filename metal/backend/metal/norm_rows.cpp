#include "backend/metal/norm_rows.h"

#include "backend/metal/kernel_table.h"
#include "backend/metal/kernels/norm_rows.h"

namespace mamba::metal {
namespace {

constexpr uint32_t kThreads = 256;
constexpr Kernel kNormRows = {"norm_rows", "norm_rows"};

}  // namespace

void norm_rows(Stream& stream, const NormRowsArgs& args) {
  if (args.rows == 0) return;
  NormRowsShape shape;
  shape.cols = static_cast<uint32_t>(args.cols);
  shape.part = static_cast<uint32_t>(args.cols / args.groups);
  shape.rms = args.norm.rms;
  shape.eps = args.norm.eps;
  shape.has_weight = args.norm.weight != nullptr;
  shape.has_bias = args.norm.bias != nullptr;
  shape.has_which = args.which != nullptr;
  stream.call(kNormRows)
      .read(0, args.x,
            (args.which == nullptr ? args.rows : args.x_rows) * args.cols)
      .read(1, args.which, args.rows)
      .read(2, args.norm.weight, args.cols)
      .read(3, args.norm.bias, args.cols)
      .write(4, args.out, args.rows * args.cols)
      .args(5, shape)
      .run({static_cast<uint32_t>(args.groups),
            static_cast<uint32_t>(args.rows)},
           {kThreads});
}

}  // namespace mamba::metal
