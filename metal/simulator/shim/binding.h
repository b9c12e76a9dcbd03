// Turns a kernel's parameters and the attributes that the pre-pass has read
// into a call, and registers the kernel.
#pragma once

#include "vectors.h"

#ifndef MTL_SOURCE_HASH
#error "MTL_SOURCE_HASH: this file must be included by the pre-pass's output"
#endif

// The value of one argument.
template <class P>
struct mtl_value {
  MTL_INLINE static P get(const mtl_invocation& from,
                          const mtl_argument& argument) {
    const uint32_t* xyz = from.values[argument.attribute];
    if constexpr (mtl_is_vec<P>::value) {
      P result;
      constexpr int count = sizeof(P) == 2 * sizeof(result[0]) ? 2 : 3;
      for (int i = 0; i < count; ++i) result[i] = xyz[i];
      return result;
    } else {
      return static_cast<P>(xyz[0]);
    }
  }
};
template <class T>
struct mtl_value<T*> {
  MTL_INLINE static T* get(const mtl_invocation& from,
                           const mtl_argument& argument) {
    return static_cast<T*>(argument.attribute == A_TGMEM
                               ? from.threadgroup[argument.index]
                               : from.buffers[argument.index]);
  }
};
template <class T>
struct mtl_value<T&> {
  MTL_INLINE static T& get(const mtl_invocation& from,
                           const mtl_argument& argument) {
    return *mtl_value<T*>::get(from, argument);
  }
};

template <auto Function>
struct mtl_bind;
template <class... P, void (*Function)(P...)>
struct mtl_bind<Function> {
  static constexpr int count = sizeof...(P);

  template <std::size_t... I>
  MTL_INLINE static void spread(const mtl_invocation& from,
                                std::index_sequence<I...>) {
    Function(mtl_value<P>::get(from, from.arguments[I])...);
  }
  __attribute__((disable_sanitizer_instrumentation)) static void call(
      const void* from) {
    spread(*static_cast<const mtl_invocation*>(from),
           std::index_sequence_for<P...>{});
  }

  template <class Q>
  static void describe(mtl_argument& argument) {
    typedef std::remove_pointer_t<std::remove_reference_t<Q>> Pointee;
    argument.is_const = std::is_const_v<Pointee>;
    argument.is_reference = std::is_reference_v<Q>;
    if constexpr (std::is_void_v<std::remove_cv_t<Pointee>>) {
      argument.size = argument.align = 1;
    } else {
      argument.size = sizeof(Pointee);
      argument.align = alignof(Pointee);
    }
  }
  static void describe_all(mtl_argument* arguments) {
    int i = 0;
    (describe<P>(arguments[i++]), ...);
  }
};

template <auto Function, int N>
struct mtl_reg {
  struct List {
    mtl_argument items[N + 1];
  };

  // `name` is the one that the host asks for.
  mtl_reg(const char* name, const char* file, int line, int most_threads,
          const List& list, uint64_t source = MTL_SOURCE_HASH)
      : list_(list) {
    static_assert(mtl_bind<Function>::count == N,
                  "the pre-pass has misread the kernel's parameters");
    mtl_bind<Function>::describe_all(list_.items);
    kernel_ = {source,
               name,
               &mtl_bind<Function>::call,
               list_.items,
               N,
               file,
               line,
               most_threads,
               MTL_CHECKED};
    mtl_register_kernel(&kernel_);
  }

 private:
  List list_;
  mtl_kernel kernel_;
};

struct mtl_fcreg {
  mtl_constant constant_;
  template <class T>
  mtl_fcreg(const char* name, int index, T& variable,
            uint64_t source = MTL_SOURCE_HASH)
      : constant_{source, name, index, &variable, sizeof variable, false} {
    mtl_register_constant(&constant_);
  }
};
#define is_function_constant_defined(name) mtl_constant_defined(&name)

// `threadgroup T name[N]` in the body of a kernel: MTL_TG_VAR((T), name, [N]).
#define MTL_UNPACK(...) __VA_ARGS__
template <class T>
using mtl_type = T;
#define MTL_SITE                \
  ([]() -> const void* {        \
    static const char here = 0; \
    return &here;               \
  }())
#define MTL_TG_VAR(T, name, ...)                                    \
  mtl_type<MTL_UNPACK T __VA_ARGS__>& name =                        \
      *static_cast<mtl_type<MTL_UNPACK T __VA_ARGS__>*>(            \
          mtl_threadgroup_variable(                                 \
              MTL_SITE, sizeof(mtl_type<MTL_UNPACK T __VA_ARGS__>), \
              alignof(mtl_type<MTL_UNPACK T __VA_ARGS__>)))
