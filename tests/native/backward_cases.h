// The table of the backward tests. Op::lm_head stands for cross_entropy, and
// every sequence begins at the zero state.
#pragma once

#include <string>
#include <vector>

#include "op_cases.h"

namespace test {

// "cross_entropy f32 M=64 …", for messages.
std::string backward_title(const OpCase& op_case);

// clang-format off
// Small enough for finite differences in every number.
inline const std::vector<OpCase>& small_backward_cases() {
  static const std::vector<OpCase> cases = {
    // op                M   D   N   K  R  P  G    rows        dtype  traits
    {Op::embedding,    {7,  5},                    {6, 3},     f32,  plain, 1e-5},

    {Op::in_proj_conv, {8,  11, 1,  1},            {3, 1},     f32,  plain, 1e-5},
    {Op::in_proj_conv, {6,  10, 1,  2},            {1, 4, 1},  f32,  with_bias, 1e-5},
    {Op::in_proj_conv, {9,  7,  1,  3},            {5, 2},     f32,  layer_norm | with_bias, 1e-5},
    {Op::in_proj_conv, {12, 17, 1,  4},            {7, 1, 3},  f32,  with_bias, 1e-5},
    {Op::in_proj_conv, {5,  8,  1,  5},            {9},        f32,  without_norm, 1e-5},
    {Op::in_proj_conv, {5,  9,  1,  6},            {2, 7},     f32,  layer_norm, 1e-5},
    {Op::in_proj_conv, {4,  6,  1,  7},            {3, 11},    f32,  with_bias, 1e-5},

    {Op::linear,       {13, 6},                    {4, 3},     f32,  plain, 1e-5},
    {Op::linear,       {5,  19},                   {9},        f32,  with_bias, 1e-5},
    {Op::linear,       {1,  1},                    {3},        f32,  plain, 1e-5},

    {Op::selective_scan, {1, 7, 3,  4, 2},         {5, 1, 3},  f32,  plain, 1e-5},
    {Op::selective_scan, {1, 3, 2,  4, 1},         {18, 33},   f32,  plain, 1e-5},
    {Op::selective_scan, {1, 5, 1,  4, 3},         {4},        f32,  plain, 1e-5},
    {Op::selective_scan, {1, 6, 4,  4, 2},         {7, 2},     f32,  bare, 1e-5},
    {Op::selective_scan, {1, 5, 3,  4, 2},         {3, 6},     f32,  direct_dt, 1e-5},
    {Op::selective_scan, {1, 4, 2,  4, 2},         {5},        f32,  without_skip, 1e-5},
    {Op::selective_scan, {1, 4, 2,  4, 2},         {5},        f32,  without_gate | without_dt_bias, 1e-5},
    {Op::selective_scan, {1, 4, 3,  4, 2},         {4, 3},     f32,  extreme, 1e-5},

    {Op::ssd,          {1,  8,  3,  4, 1, 4, 1},   {6, 1},     f32,  plain, 1e-5},
    {Op::ssd,          {1,  12, 3,  4, 1, 2, 3},   {5, 1, 7},  f32,  plain, 1e-5},
    {Op::ssd,          {1,  12, 2,  4, 1, 3, 2},   {4, 2},     f32,  plain, 1e-5},
    {Op::ssd,          {1,  2,  2,  4, 1, 1, 1},   {35, 17},   f32,  plain, 1e-5},
    {Op::ssd,          {1,  7,  1,  4, 1, 7, 1},   {3},        f32,  plain, 1e-5},
    {Op::ssd,          {1,  10, 3,  4, 1, 2, 1},   {8, 2},     f32,  clamped, 1e-5},
    {Op::ssd,          {1,  8,  3,  4, 1, 2, 2},   {4, 3},     f32,  extreme, 1e-5},

    {Op::out_proj,     {7,  10},                   {4, 1},     f32,  plain, 1e-5},
    {Op::out_proj,     {5,  12, 1,  4, 1, 1, 3},   {3, 2},     f32,  with_bias, 1e-5},
    {Op::out_proj,     {6,  10, 1,  4, 1, 1, 2},   {5},        f32,  bare, 1e-5},
    {Op::out_proj,     {6,  9},                    {4},        f32,  with_bias | without_norm, 1e-5},
    {Op::out_proj,     {6,  8,  1,  4, 1, 1, 2},   {4},        f32,  layer_norm, 1e-5},

    {Op::lm_head,      {6,  9},                    {5, 3},     f32,  plain, 1e-5},
    {Op::lm_head,      {5,  13},                   {7},        f32,  layer_norm, 1e-5},
    {Op::lm_head,      {3,  6},                    {40, 30},   f32,  plain, 1e-5},
    {Op::lm_head,      {5,  8},                    {4},        f32,  without_norm, 1e-5},
  };
  return cases;
}

// What fast kernels meet: blocks, remainders, long sequences.
inline const std::vector<OpCase>& large_backward_cases() {
  static const std::vector<OpCase> cases = {
    // op                M    D    N   K  R  P  G    rows       dtype  traits
    {Op::embedding,    {37,  11},                   {70, 3},    f32,  plain, 1e-5},
    {Op::embedding,    {64,  97},                   {513},      f32,  plain, 1e-5},
    {Op::embedding,    {192, 1000},                 {5},        f32,  plain, 1e-5},

    {Op::in_proj_conv, {64,  96,  1,  4},           {70, 1, 17}, f32, plain, 1e-5},
    {Op::in_proj_conv, {130, 67,  1,  4},           {65, 3},    f32,  with_bias, 1e-5},
    {Op::in_proj_conv, {33,  17,  1,  2},           {1, 1, 1},  f32,  layer_norm | with_bias, 1e-5},
    {Op::in_proj_conv, {96,  200, 1,  4},           {513, 2},   f32,  with_bias, 1e-5},
    {Op::in_proj_conv, {20,  50,  1,  7},           {3, 9, 40}, f32,  layer_norm, 1e-5},
    {Op::in_proj_conv, {64,  200, 1,  3},           {70},       f32,  without_norm, 1e-5},
    {Op::in_proj_conv, {3,   1,   1,  1},           {2},        f32,  plain, 1e-5},

    {Op::linear,       {128, 36},                   {100},      f32,  plain, 1e-5},
    {Op::linear,       {77,  21},                   {19, 2},    f32,  plain, 1e-5},
    {Op::linear,       {130, 41},                   {513},      f32,  with_bias, 1e-5},
    {Op::linear,       {384, 44},                   {33},       f32,  plain, 1e-5},
    {Op::linear,       {401, 270},                  {300, 9},   f32,  with_bias, 1e-5},

    {Op::selective_scan, {1, 128, 16, 4, 4},        {40},       f32,  plain, 1e-5},
    {Op::selective_scan, {1, 192, 16, 4, 12},       {513, 70},  f32,  plain, 1e-5},
    {Op::selective_scan, {1, 80,  8,  4, 5},        {128, 129}, f32,  plain, 1e-5},
    {Op::selective_scan, {1, 33,  5,  4, 3},        {1, 1, 1},  f32,  plain, 1e-5},
    {Op::selective_scan, {1, 33,  5,  4, 3},        {97, 1},    f32,  bare, 1e-5},
    {Op::selective_scan, {1, 40,  16, 4, 2},        {70},       f32,  direct_dt, 1e-5},
    {Op::selective_scan, {1, 35,  16, 4, 3},        {33, 5},    f32,  without_skip | without_dt_bias, 1e-5},
    {Op::selective_scan, {1, 35,  16, 4, 3},        {33, 5},    f32,  without_gate, 1e-5},
    {Op::selective_scan, {1, 7,   1,  4, 1},        {75},       f32,  plain, 1e-5},
    {Op::selective_scan, {1, 17,  20, 4, 33},       {15, 16, 17}, f32, plain, 1e-5},
    {Op::selective_scan, {1, 48,  16, 4, 2},        {20, 33},   f32,  extreme, 1e-5},

    {Op::ssd,          {1,  64,  16,  4, 1, 16, 1}, {70},       f32,  plain, 1e-5},
    {Op::ssd,          {1,  128, 64,  4, 1, 64, 1}, {513},      f32,  plain, 1e-5},
    {Op::ssd,          {1,  128, 128, 4, 1, 64, 1}, {130, 2},   f32,  plain, 1e-5},
    {Op::ssd,          {1,  128, 16,  4, 1, 16, 2}, {40},       f32,  plain, 1e-5},
    {Op::ssd,          {1,  63,  9,   4, 1, 7,  3}, {5, 1, 66}, f32,  plain, 1e-5},
    {Op::ssd,          {1,  96,  33,  4, 1, 32, 1}, {64, 65},   f32,  plain, 1e-5},
    {Op::ssd,          {1,  5,   3,   4, 1, 1,  1}, {1, 1, 1},  f32,  plain, 1e-5},
    {Op::ssd,          {1,  64,  16,  4, 1, 16, 1}, {100},      f32,  clamped, 1e-5},
    {Op::ssd,          {1,  64,  16,  4, 1, 32, 2}, {80},       f32,  extreme, 1e-5},

    {Op::out_proj,     {64,  128},                  {70},       f32,  plain, 1e-5},
    {Op::out_proj,     {40,  81},                   {3, 70},    f32,  with_bias | without_norm, 1e-5},
    {Op::out_proj,     {64,  128, 1, 4, 1, 1, 4},   {129},      f32,  with_bias, 1e-5},
    {Op::out_proj,     {33,  66,  1, 4, 1, 1, 2},   {513, 1},   f32,  bare, 1e-5},
    {Op::out_proj,     {70,  51,  1, 4, 1, 1, 3},   {65},       f32,  layer_norm, 1e-5},

    {Op::lm_head,      {64,  104},                  {70},       f32,  plain, 1e-5},
    {Op::lm_head,      {40,  83},                   {6, 3},     f32,  layer_norm, 1e-5},
    {Op::lm_head,      {129, 300},                  {513},      f32,  plain, 1e-5},
    {Op::lm_head,      {48,  4096},                 {35},       f32,  plain, 1e-5},
    {Op::lm_head,      {8,   9001},                 {150, 8},   f32,  plain, 1e-5},
    {Op::lm_head,      {33,  97},                   {40},       f32,  without_norm, 1e-5},
    {Op::lm_head,      {16,  40},                   {40},       f32,  plain | extreme, 1e-5},
  };
  return cases;
}
// clang-format on

}  // namespace test
