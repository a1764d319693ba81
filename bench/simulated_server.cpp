#include "bench/simulated_server.hpp"

#include <utility>

#include "limits.hpp"

namespace vc::bench {

using counter::Job;
using counter::JobQueue;
using counter::StoreQueue;
using counter::Visit;

void Timeline::run_until(Time end) {
  while (!events_.empty() && events_.top().at < end) {
    const Event event = events_.top();
    events_.pop();
    now_ = event.at;
    event.happen();
  }
}

SimulatedServer::SimulatedServer(Timeline& timeline, unsigned loops, Costs costs, Flush flush, Answered answered)
    : timeline_(timeline),
      costs_(costs),
      flush_(std::move(flush)),
      answered_(std::move(answered)),
      queue_({.queued_visits_max = limits::queued_visits_max, .queued_reads_max = limits::queued_reads_max}, {}) {
  for (unsigned i = 0; i < loops; ++i) {
    loops_.emplace_back([this, i] {
      timeline_.after(costs_.wake, [this, i] {
        loops_[i].woken = true;
        if (!loops_[i].busy) turn(loops_[i]);
      });
    });
  }
}

void SimulatedServer::arrive(Visitor& visitor) {
  Loop& its = loops_.at(visitor.loop);
  visitor.server = this;
  visitor.visit.tray = &its.tray;
  visitor.visit.done = {[](void* self) {
                          auto& done = *static_cast<Visitor*>(self);
                          done.server->answered_(done);
                        },
                        &visitor};
  its.arrived.push(visitor.visit);
  if (!its.busy) turn(its);
}

// As the program's: answers first, then everything that has arrived, and then one submission of it.
void SimulatedServer::turn(Loop& loop) {
  loop.busy = true;
  JobQueue<Job> answers;
  if (std::exchange(loop.woken, false)) answers = loop.tray.take();
  Time spent{};
  while (!answers.empty()) {
    Job& job = answers.pop();
    spent += costs_.answer;
    timeline_.after(spent, [&job] { job.done(); });
  }
  JobQueue<Visit> visits = std::move(loop.arrived);
  spent += costs_.receive * static_cast<Time::rep>(visits.size());
  std::vector<Visit*> received;  // what waits in an event must be copyable
  while (!visits.empty()) received.push_back(&visits.pop());
  timeline_.after(spent, [this, &loop, received = std::move(received)] {
    submit(received);
    loop.busy = false;
    if (loop.woken || !loop.arrived.empty()) turn(loop);
  });
}

void SimulatedServer::submit(const std::vector<Visit*>& visits) {
  if (visits.empty()) return;
  counter::Jobs jobs;
  for (Visit* visit : visits) jobs.visits.push(*visit);
  queue_.submit(std::move(jobs));
  wake_loops();  // of those that were refused
  if (std::exchange(store_idle_, false)) timeline_.after(costs_.wake, [this] { advance(); });
}

void SimulatedServer::advance() {
  store_idle_ = queue_.next() != StoreQueue::Next::work;
  if (store_idle_) return;
  work_ = queue_.take();
  ++commits_;
  Time spent = costs_.commit;
  for (const counter::Addition& addition : work_.batch) spent += costs_.visit * static_cast<Time::rep>(addition.visits);
  timeline_.after(spent, [this] { flush_([this] { complete(); }); });
}

void SimulatedServer::complete() {
  work_.perform(store_, WallTime{});
  queue_.complete(std::exchange(work_, {}), nullptr);
  wake_loops();
  advance();
}

void SimulatedServer::wake_loops() {
  for (const counter::Tray* tray : queue_.take_to_wake()) tray->wake();
}

}  // namespace vc::bench
