#include "backend/metal/conv_rows.h"

#include "core/error.h"

namespace mamba::metal {

void conv_rows(Stream&, const Batch&, const InProjConvArgs&) {
  fail(Status::internal, "Cannot run the convolution of rows on metal yet");
}

}  // namespace mamba::metal
