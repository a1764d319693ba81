// How one thread lets what another has suspended go on, without knowing what it is.
#pragma once

namespace vc {

/// Called once. May destroy what it was made for.
struct Resume {
  void (*call)(void* self) = nullptr;
  void* self = nullptr;
  void operator()() const { call(self); }
};

}  // namespace vc
