/**
 * Kernels that break one rule of Metal each, and by what they are refused.
 * Snippets lie in bad_snippets/ and good_snippets/, as name.metal.
 *
 * @module
 */

/** A snippet's name → the line and the text of the first finding. */
export type Refusals = Readonly<Record<string, string>>;

/** What the pre-pass and the lint refuse, without a compiler. */
export const LINT: Refusals = {
  argument_in_thread_memory:
    "4: k: argument x must be in device, constant or threadgroup memory",
  argument_without_attribute: "4: k: argument i needs one attribute",
  argument_without_space:
    "4: k: argument x must be in device, constant or threadgroup memory",
  assembler: "5: assembler is not portable",
  bfloat: "5: bfloat needs Metal 3.1: widen its bits",
  buffer_31: "4: k: argument x: buffer index 31 > 30",
  buffer_in_threadgroup_slot: "4: k: argument x needs [[buffer(number)]]",
  buffer_without_attribute: "4: k: argument x needs one attribute",
  buffer_without_number: "4: k: argument x needs [[buffer(number)]]",
  cast_of_several_values:
    "4: write float4(…) without parentheses around the type",
  constant_in_function: "5: constants are declared outside functions",
  default_argument:
    "5: k: argument i: what follows its attribute is not understood",
  derived_function_constant: "5: function constant N is used outside functions",
  derived_structure: "7: types cannot derive from others",
  double: "5: double does not exist: write float",
  error_directive: '4: "not for this device"',
  function_constant_of_long: "4: [[function_constant]] is not understood here",
  goto: "5: goto does not exist",
  instance_of_nothing: "8: there is no template j of a kernel",
  instance_without_name: '8: an instance of k needs [[host_name("…")]]',
  kernel_as_attribute: "4: this declaration of a kernel is not understood",
  kernel_in_structure: "4: this declaration of a kernel is not understood",
  kernel_named_main: "4: main() cannot be used or defined in Metal",
  kernel_prototype: "4: this declaration of a kernel is not understood",
  kernel_returns_value: "4: a kernel must return void",
  kernel_twice: "5: there are two kernels k",
  lambda: "5: lambdas do not exist",
  lambda_with_capture: "6: lambdas do not exist",
  lane_as_vector:
    "5: k: argument i: [[thread_index_in_simdgroup]] must be uint or ushort",
  long_long: "5: long long does not exist: long has 64 bits",
  main: "4: main() cannot be used or defined in Metal",
  memcpy: "6: memcpy() cannot be used or defined in Metal",
  new: "5: memory cannot be allocated",
  no_library: "1: does not include <metal_stdlib>",
  noexcept: "4: exceptions do not exist",
  other_library:
    '4: only #include "header.h" and #include <metal_stdlib> are allowed, written so: #include <cstdint>',
  pointer_to_pointer: "4: k: argument x is a pointer to a pointer",
  position_as_int:
    "5: k: argument i: [[thread_position_in_grid]] must be uint or ushort, alone or with 2 or 3",
  positions_of_two_dimensions:
    "6: k: argument t: [[threadgroup_position_in_grid]] and [[thread_position_in_grid]] must have as many components",
  printf: "4: printf() cannot be used or defined in Metal",
  same_buffer_twice: "4: k: arguments x and y both have [[buffer(0)]]",
  same_position_twice:
    "5: k: arguments i and j both have [[thread_position_in_grid]]",
  stage_in:
    "7: k: argument in: a value cannot have [[stage_in]]; pass it in a constant reference",
  std_max: "4: std:: does not exist: use metal::",
  string: "5: strings do not exist",
  template_with_name: "5: a template has no host_name, its instances have",
  thread_local: "5: this storage class does not exist",
  threadgroup_after_type:
    "5: threadgroup: no pointer, no reference and no variable follows",
  threadgroup_alias:
    "4: threadgroup: no pointer, no reference and no variable follows",
  threadgroup_global:
    "4: threadgroup: variables are declared directly in the body of a kernel",
  threadgroup_hidden_in_macro:
    "7: threadgroup: variables are declared directly in the body of a kernel",
  threadgroup_in_block:
    "7: threadgroup: variables are declared directly in the body of a kernel",
  threadgroup_in_function:
    "5: threadgroup: variables are declared directly in the body of a kernel",
  threadgroup_in_structure:
    "5: threadgroup: variables are declared directly in the body of a kernel",
  threadgroup_template_argument:
    "11: threadgroup: no pointer, no reference and no variable follows",
  threadgroup_typedef:
    "4: threadgroup: variables are declared directly in the body of a kernel",
  threadgroup_with_initialiser: "5: threadgroup: it has an initialiser",
  throw: "5: exceptions do not exist",
  two_instances_of_one_name: "9: two kernels have the name k",
  unbalanced_bracket: '5: "}" has no partner',
  unknown_attribute: "4: [[likely]] is not understood here",
  unknown_position:
    "4: k: argument i: a value cannot have [[thread_number]]; pass it in a constant reference",
  unknown_pragma: "4: only #pragma unroll is allowed: #pragma pack(1)",
  value_in_buffer:
    "4: k: argument s: a value cannot have [[buffer]]; pass it in a constant reference",
  virtual: "5: virtual functions do not exist",
};

/** What only the strict pass refuses. */
export const STRICT: Refusals = {
  array_of_function_constant: "7: array size is not a constant expression",
  as_type_of_another_size: "4: no matching function for call to 'as_type'",
  atomic_float:
    "5: no matching function for call to 'atomic_fetch_add_explicit'",
  atomic_of_plain_memory:
    "5: no matching function for call to 'atomic_fetch_add_explicit'",
  atomic_ulong:
    "5: no matching function for call to 'atomic_fetch_add_explicit'",
  atomic_with_order:
    "5: use of undeclared identifier 'memory_order_seq_cst'; did you mean 'memory_order_relaxed'?",
  cast_threadgroup_to_device:
    "6: C-style cast from 'threadgroup float *' to 'device float *' converts between mismatching address spaces",
  clamp_of_mixed_types: "6: call to 'clamp' is ambiguous",
  constant_pointer_to_device:
    "5: a pointer or reference to device float * becomes one to constant float *: the memory is another",
  constant_without_value:
    "4: default initialization of an object of const type 'constant float'",
  constexpr_global:
    "4: a variable that is not of one call must be in constant memory",
  designated_initialiser: "10: designated initializers are a C++20 extension",
  device_pointer_to_constant:
    "5: cannot initialize a variable of type 'const device float *thread' with an lvalue of type 'constant float *thread'",
  device_pointer_to_local:
    "6: cannot initialize a variable of type 'device float *thread' with an rvalue of type 'thread float *'",
  erf: "4: use of undeclared identifier 'erf'",
  exp_of_int: "4: call to 'exp' is ambiguous",
  expm1: "4: use of undeclared identifier 'expm1'",
  field_without_space:
    "5: a pointer or reference needs device, constant, threadgroup or thread",
  function_pointer: "7: pointers to functions are not allowed",
  global_variable:
    "4: a variable that is not of one call must be in constant memory",
  global_without_value:
    "4: a variable that is not of one call must be in constant memory",
  half_vector_to_float_vector:
    "5: assigning to 'float4' (vector of 4 'float' values) from incompatible type 'device half4' (vector of 4 'half' values)",
  if_constexpr:
    "5: constexpr if is incompatible with C++ standards before C++17",
  instance_of_another_type:
    "8: explicit instantiation of 'k' does not refer to a function template, variable template, member function, member class, or static data member",
  int_vector_to_float_vector:
    "6: assigning to 'float4' (vector of 4 'float' values) from incompatible type 'thread int4' (vector of 4 'int' values)",
  local_pointer_without_space:
    "6: a pointer or reference needs device, constant, threadgroup or thread",
  log1p: "4: use of undeclared identifier 'log1p'; did you mean 'log10'?",
  matrix_from_constant: "6: no matching function for call to 'simdgroup_load'",
  matrix_of_another_type:
    "6: no matching function for call to 'simdgroup_load'",
  matrix_of_bytes:
    "6: implicit instantiation of undefined template 'metal::simdgroup_matrix<char, 8, 8>'",
  max_of_half_and_float: "4: call to 'max' is ambiguous",
  method_of_constant:
    "11: a method works on objects in thread memory alone: copy it first",
  method_of_device:
    "11: a method works on objects in thread memory alone: copy it first",
  method_of_threadgroup:
    "12: a method works on objects in thread memory alone: copy it first",
  min_of_uint_and_int: "6: call to 'min' is ambiguous",
  mutual_recursion: "5: a function calls itself",
  parameter_without_space:
    "4: a pointer or reference needs device, constant, threadgroup or thread",
  recursion: "4: a function calls itself",
  recursion_of_template: "5: a function calls itself",
  reference_without_space:
    "4: a pointer or reference needs device, constant, threadgroup or thread",
  reinterpret_to_another_space:
    "5: reinterpret_cast from 'device float *' to 'thread float *' is not allowed",
  result_without_space:
    "4: a pointer or reference needs device, constant, threadgroup or thread",
  simd_or_of_float: "4: call to 'simd_or' is ambiguous",
  simd_shuffle_of_ulong: "4: call to 'simd_shuffle' is ambiguous",
  simd_sum_of_bool: "4: call to deleted function 'simd_sum'",
  simd_sum_of_long: "4: call to 'simd_sum' is ambiguous",
  static_const_global:
    "4: a variable that is not of one call must be in constant memory",
  static_local:
    "5: a variable that is not of one call must be in constant memory",
  static_member_not_constant:
    "5: a variable that is not of one call must be in constant memory",
  structured_binding:
    "11: decomposition declarations are incompatible with C++ standards before C++17",
  template_parameter_without_space:
    "5: a pointer or reference needs device, constant, threadgroup or thread",
  thread_parameter_of_threadgroup:
    "8: no matching function for call to 'first'",
  thread_pointer_to_constant_table:
    "7: cannot initialize a variable of type 'const thread float *thread' with an lvalue of type 'constant float[2]'",
  thread_pointer_to_device:
    "5: cannot initialize a variable of type 'thread float *thread' with an lvalue of type 'device float *thread'",
  too_few_components: "4: no matching vector of these arguments",
  too_many_components: "4: no matching vector of these arguments",
  unused_parameter_without_space:
    "4: a pointer or reference needs device, constant, threadgroup or thread",
  variable_length_array: "5: array size is not a constant expression",
  write_to_const: "6: read-only variable is not assignable",
  write_to_constant: "4: read-only variable is not assignable",
  write_to_constant_field:
    "11: cannot assign to variable 'p' with const-qualified type 'constant Pair &thread'",
  write_to_swizzle_twice:
    "6: vector is not assignable (contains duplicate components)",
};

/** The path of a snippet that is refused. */
export function badSnippet(name: string): string {
  return `tests/metal/bad_snippets/${name}.metal`;
}

/** The names and paths of the snippets that must pass. */
export function goodSnippets(): [name: string, path: string][] {
  const folder = "tests/metal/good_snippets";
  return namesIn(folder).map((name) => [name, `${folder}/${name}.metal`]);
}

/** The names of the snippets in a folder, in order. */
export function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)]
    .map(({ name }) => name.replace(".metal", "")).sort();
}
