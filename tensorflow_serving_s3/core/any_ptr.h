// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_ANY_PTR_H_
#define TENSORFLOW_SERVING_S3_CORE_ANY_PTR_H_

#include <cstddef>

namespace tfs3 {

// A pointer to an object of any type. It stores the type and returns the object
// only as that type. Owns nothing.
//
//   Model model;
//   AnyPtr any(&model);
//   any.get<Model>();  // &model
//   any.get<int>();    // nullptr: the object is not an int
//
// The types must be equal: a base class does not match, and `const Model` does
// not match `Model`. A value type; copies are cheap.
class AnyPtr {
 public:
  AnyPtr() = default;
  AnyPtr(std::nullptr_t) {}  // NOLINT(google-explicit-constructor)

  template <typename T>
  AnyPtr(T* object)  // NOLINT(google-explicit-constructor)
      : type_(TypeTag<T>()),
        object_(const_cast<void*>(static_cast<const void*>(object))) {}

  // The object; nullptr if there is none or it is not a `T`.
  template <typename T>
  T* get() const {
    return type_ == TypeTag<T>() ? static_cast<T*>(object_) : nullptr;
  }

  explicit operator bool() const { return object_ != nullptr; }

 private:
  // Returns a different address for every type.
  template <typename T>
  static const void* TypeTag() {
    static char tag;
    return &tag;
  }

  const void* type_ = nullptr;
  void* object_ = nullptr;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_ANY_PTR_H_
