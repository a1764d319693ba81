#include "simulation/server.hpp"

#include <algorithm>
#include <utility>

namespace vc::simulation {

using counter::Correction;
using counter::Job;
using counter::JobQueue;
using counter::Jobs;
using counter::Outcome;
using counter::Read;
using counter::StoreError;
using counter::StoreEvents;
using counter::StoreQueue;
using counter::Tray;
using counter::Visit;

namespace {

const WallTime wall_time{};  // no counter of the simulation expires

Job& job_of(Request& request) {
  return std::visit([](auto& job) -> Job& { return job; }, request.job);
}

Request& request_of(const Job& job) { return *static_cast<Request*>(job.done.self); }

void push(Jobs& jobs, Request& request) {
  if (auto* visit = std::get_if<Visit>(&request.job)) jobs.visits.push(*visit);
  if (auto* read = std::get_if<Read>(&request.job)) jobs.reads.push(*read);
  if (auto* correction = std::get_if<Correction>(&request.job)) jobs.corrections.push(*correction);
}

/// The visit that was counted by this request, or none.
Visit* counted(Request& request) {
  auto* visit = std::get_if<Visit>(&request.job);
  return visit != nullptr && visit->outcome == Outcome::counted ? visit : nullptr;
}

bool refused(const Request& request) {
  const auto* visit = std::get_if<Visit>(&request.job);
  return visit != nullptr && visit->outcome == Outcome::not_counted;
}

}  // namespace

Server::Server(unsigned life, const Plan& plan, Timeline& timeline, Disk& disk, const Weather& weather)
    : life_(life),
      plan_(plan),
      timeline_(timeline),
      store_(disk, plan, timeline.dice(), weather),
      queue_({.queued_visits_max = plan.queued_visits_max, .queued_reads_max = plan.queued_visits_max}, events()) {
  for (unsigned i = 0; i < plan.desks; ++i) {
    desks_.emplace_back([this, i] { timeline_.schedule(1, 20, What::answers_wait, life_, i); });
  }
}

StoreEvents Server::events() {
  const auto note = [this](bool is_right, const char* what) {
    timeline_.tell("process {}: {}", life_, what);
    if (!is_right) violations_.push_back(fmt::format("process {} reported '{}' out of turn", life_, what));
  };
  return {.trouble = [this, note](const StoreError&) { note(!std::exchange(in_trouble_, true), "trouble"); },
          .recovered = [this, note] { note(std::exchange(in_trouble_, false), "recovered"); },
          .broken =
              [this, note](const StoreError&) {
                note(!std::exchange(broken_, true), "broken");
                timeline_.schedule(1, 50, What::process_stops, life_);
              }};
}

void Server::arrive(Request& request) {
  const unsigned index = request.client % plan_.desks;
  Desk& desk = desks_.at(index);
  Job& job = job_of(request);
  request.server = this;
  job.tray = &desk.tray;
  job.done = {[](void* self) {
                auto& answered = *static_cast<Request*>(self);
                answered.server->answered(answered);
              },
              &request};
  ++unanswered_;
  if (desk.gathered.empty()) timeline_.schedule(0, 15, What::turn_ends, life_, index);
  desk.gathered.push_back(&request);
}

void Server::end_turn(unsigned desk) {
  Jobs jobs;
  for (Request* request : std::exchange(desks_.at(desk).gathered, {})) {
    request->submitted = ++submitted_;
    push(jobs, *request);
  }
  queue_.submit(std::move(jobs));
  wake();
  if (idle_) advance();
}

// What the store's thread does between two uses of the store.
void Server::advance() {
  const auto next = queue_.next();
  idle_ = next != StoreQueue::Next::work;
  ended_ = next == StoreQueue::Next::end;
  wake();
  if (idle_) return;
  work_ = queue_.take();
  timeline_.schedule(1, 30, What::store_performs, life_);
}

void Server::perform() {
  work_.perform(store_, wall_time);
  timeline_.schedule(1, timeline_.dice().chance(plan_.slow) ? 3000 : 30, What::store_completes, life_);
}

void Server::complete() {
  queue_.complete(std::exchange(work_, {}), store_.broken());
  wake();
  advance();
}

void Server::wake() {
  for (const Tray* tray : queue_.take_to_wake()) {
    if (plan_.planted(Bug::loses_a_wake_up) && timeline_.dice().chance(50)) continue;
    tray->wake();
  }
}

void Server::deliver(unsigned desk) {
  std::vector<Request*> requests;
  for (JobQueue<Job> jobs = desks_.at(desk).tray.take(); !jobs.empty();) requests.push_back(&request_of(jobs.pop()));
  if (plan_.planted(Bug::forgets_the_order)) swap_two_numbers(requests);
  for (Request* request : requests) {
    if (plan_.planted(Bug::forgets_a_refusal) && refused(*request)) continue;
    job_of(*request).done();
    if (plan_.planted(Bug::answers_twice) && timeline_.dice().chance(50)) job_of(*request).done();
  }
}

void Server::swap_two_numbers(const std::vector<Request*>& requests) {
  for (std::size_t i = 1; i < requests.size(); ++i) {
    Visit* first = counted(*requests[i - 1]);
    Visit* second = counted(*requests[i]);
    if (first == nullptr || second == nullptr || first->counter != second->counter) continue;
    return std::swap(first->number, second->number);
  }
}

void Server::answered(Request& request) {
  if (++request.answers > 1) {
    violations_.push_back(fmt::format("request {} was answered twice", request.index));
    return;
  }
  --unanswered_;
  timeline_.schedule(1, 40, What::answer_arrives, life_, request.index);
}

void Server::stop() {
  stopping_ = true;
  drops_ = plan_.planted(Bug::drops_at_stop);
  queue_.stop();
  if (idle_) advance();
}

}  // namespace vc::simulation
