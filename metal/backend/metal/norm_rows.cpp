#include "backend/metal/norm_rows.h"

#include "core/error.h"

namespace mamba::metal {

void norm_rows(Stream&, const NormRowsArgs&) {
  fail(Status::internal, "Cannot normalise rows on metal yet");
}

}  // namespace mamba::metal
