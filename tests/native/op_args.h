// What an op is called with, over the inputs of a case. Results stay null.
#pragma once

#include "op_inputs.h"
#include "ops/ops.h"

namespace test {

mamba::InProjConvArgs in_proj_conv_args(const OpCase& op_case,
                                        const OpInputs& inputs);
mamba::LinearArgs linear_args(const OpCase& op_case, const OpInputs& inputs);
mamba::SelectiveScanArgs selective_scan_args(const OpCase& op_case,
                                             const OpInputs& inputs);
mamba::SsdArgs ssd_args(const OpCase& op_case, const OpInputs& inputs);
mamba::OutProjArgs out_proj_args(const OpCase& op_case, const OpInputs& inputs);
mamba::LmHeadArgs lm_head_args(const OpCase& op_case, const OpInputs& inputs);

// The sequences of a case, without states.
std::vector<mamba::Segment> segments_of(const OpCase& op_case);
mamba::Batch batch_of(const std::vector<mamba::Segment>& segments);

}  // namespace test
