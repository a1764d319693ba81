// What is handed to the store's thread and comes back: intrusive, so that a visit costs no allocation.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <utility>

#include "base/resume.hpp"
#include "counter/store.hpp"

namespace vc::counter {

class Tray;

/// One piece of work. Lifetime: stays where it is until `done` has been called.
struct Job {
  Job* next = nullptr;
  Tray* tray = nullptr;  // where the answered job goes
  Resume done{};         // called on the thread that handed the job in, when the answer is in it
};

/// One visit. The answer: `outcome`, and its own number if it was counted.
struct Visit : Job {
  explicit Visit(const Counter& counter_of) : counter(&counter_of) {}
  const Counter* counter;
  Outcome outcome = Outcome::not_counted;
  Count number = 0;
};

/// Reads a record without changing it.
struct Read : Job {
  explicit Read(const Counter& counter_of) : counter(&counter_of) {}
  const Counter* counter;
  StoreResult<std::optional<Record>> result = std::nullopt;
};

/// Sets a count by hand.
struct Correction : Job {
  Correction(const Counter& counter_of, Count to) : counter(&counter_of), count(to) {}
  const Counter* counter;
  Count count;
  StoreResult<Record> result;
};

/// Anything else that is to be done on the store's thread, between two batches: it makes the visits that arrive
/// meanwhile wait.
struct Errand : Job {
  explicit Errand(std::function<void(WallTime now)> what_to_do) : run(std::move(what_to_do)) {}
  std::function<void(WallTime now)> run;
  std::optional<StoreError> refused;  // why it was not run
};

/// First in, first out, of jobs that live elsewhere.
template <class T>
class JobQueue {
 public:
  JobQueue() = default;
  JobQueue(JobQueue&& other) noexcept
      : first_(std::exchange(other.first_, nullptr)),
        last_(std::exchange(other.last_, nullptr)),
        size_(std::exchange(other.size_, 0)) {}
  JobQueue& operator=(JobQueue&& other) noexcept {
    first_ = std::exchange(other.first_, nullptr);
    last_ = std::exchange(other.last_, nullptr);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;
  ~JobQueue() = default;

  bool empty() const { return first_ == nullptr; }
  std::size_t size() const { return size_; }

  void push(T& job) {
    job.next = nullptr;
    (last_ != nullptr ? last_->next : first_) = &job;
    last_ = &job;
    ++size_;
  }

  /// Requires: not empty.
  T& pop() {
    auto& job = static_cast<T&>(*first_);
    first_ = job.next;
    if (first_ == nullptr) last_ = nullptr;
    --size_;
    return job;
  }

  /// Puts all of the other queue behind this one.
  void append(JobQueue other) {
    if (other.empty()) return;
    (last_ != nullptr ? last_->next : first_) = other.first_;
    last_ = other.last_;
    size_ += other.size_;
  }

 private:
  Job* first_ = nullptr;
  Job* last_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace vc::counter
