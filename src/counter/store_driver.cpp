#include "counter/store_driver.hpp"

#include <utility>
#include <vector>

namespace vc::counter {

StoreDriver::StoreDriver(CounterStore& store, const Clock& clock, Options options, StoreEvents events)
    : store_(store), clock_(clock), queue_(options, std::move(events)), thread_([this] { run(); }) {}

StoreDriver::~StoreDriver() {
  if (thread_.joinable()) stop();
}

void StoreDriver::stop() {
  {
    const std::lock_guard lock(mutex_);
    queue_.stop();
  }
  work_arrived_.notify_one();
  thread_.join();
}

std::size_t StoreDriver::queued_visits() {
  const std::lock_guard lock(mutex_);
  return queue_.queued_visits();
}

void StoreDriver::submit(Jobs jobs) {
  std::unique_lock lock(mutex_);
  queue_.submit(std::move(jobs));
  const bool wake_store = std::exchange(idle_, false);
  wake_desks(lock);
  lock.unlock();  // the store's thread would wake up only to wait for the mutex
  if (wake_store) work_arrived_.notify_one();
}

JobQueue<Job> StoreDriver::collect(Tray& tray) {
  const std::lock_guard lock(mutex_);
  return tray.take();
}

void StoreDriver::run() {
  using enum StoreQueue::Next;
  std::unique_lock lock(mutex_);
  for (;;) {
    StoreQueue::Next next = wait;
    while ((next = queue_.next()) == wait) {
      idle_ = true;
      work_arrived_.wait(lock);
    }
    if (next == end) return;
    StoreWork work = queue_.take();
    lock.unlock();
    work.perform(store_, clock_.now());
    lock.lock();
    queue_.complete(std::move(work), store_.broken());
    wake_desks(lock);
  }
}

// A woken loop wants the mutex at once: it is called without holding it.
void StoreDriver::wake_desks(std::unique_lock<std::mutex>& lock) {
  const std::vector<const Tray*> trays = queue_.take_to_wake();
  if (trays.empty()) return;
  lock.unlock();
  for (const Tray* tray : trays) tray->wake();
  lock.lock();
}

void Desk::flush() {
  if (!gathered_.empty()) driver_.submit(std::move(gathered_));
}

void Desk::deliver() {
  JobQueue<Job> answered = driver_.collect(tray_);
  while (!answered.empty()) answered.pop().done();
}

}  // namespace vc::counter
