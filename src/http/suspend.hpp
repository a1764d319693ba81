// Lets a coroutine wait for something that is not Asio's.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/recycling_allocator.hpp>

#include <memory>
#include <utility>

#include "base/resume.hpp"

namespace vc::http {

namespace detail {

template <class Handler>
struct Suspended {
  using Allocator = boost::asio::recycling_allocator<Suspended>;  // the loop's thread keeps the memory of the last one

  static Resume make(Handler handler) {
    Suspended* place = Allocator().allocate(1);
    return {&resume, std::construct_at(place, std::move(handler))};
  }

  static void resume(void* self) {
    auto* suspended = static_cast<Suspended*>(self);
    Handler handler = std::move(suspended->handler);
    std::destroy_at(suspended);
    Allocator().deallocate(suspended, 1);
    std::move(handler)();
  }

  explicit Suspended(Handler h) : handler(std::move(h)) {}
  Handler handler;
};

}  // namespace detail

/// `co_await suspend(start)` calls `start(Resume)` and suspends until it is resumed, on the loop's thread.
/// Requires: start does not resume at once, from inside itself.
template <class Start>
auto suspend(Start start) {
  const auto initiate = [](auto handler, Start begin) {
    begin(detail::Suspended<decltype(handler)>::make(std::move(handler)));
  };
  return boost::asio::async_initiate<const boost::asio::deferred_t, void()>(initiate, boost::asio::deferred,
                                                                            std::move(start));
}

}  // namespace vc::http
