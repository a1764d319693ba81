// One life of the program: desks, the product's own queue, and a store's thread made of events.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "counter/store_queue.hpp"
#include "simulation/faulty_store.hpp"
#include "simulation/plan.hpp"
#include "simulation/timeline.hpp"

namespace vc::simulation {

class Server;

/// What a client asks once. Stays where it is until its world ends.
struct Request {
  std::variant<counter::Visit, counter::Read, counter::Correction> job;
  unsigned index = 0;
  unsigned client = 0;
  unsigned life = 0;
  unsigned counter = main_counter;
  Time sent = 0;
  counter::Count largest_known = 0;  // when a read was sent: it must not show less
  std::uint64_t submitted = 0;       // its place in the order of arrival, from 1
  unsigned answers = 0;
  bool told = false;  // its client has an answer, or has given up
  Server* server = nullptr;
};

class Server final {
 public:
  /// Lifetime: all outlive the server.
  Server(unsigned life, const Plan& plan, Timeline& timeline, Disk& disk, const Weather& weather);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() = default;

  void arrive(Request& request);
  void end_turn(unsigned desk);
  void perform();
  void complete();
  void deliver(unsigned desk);

  /// Accepts nothing any more and ends when everything is answered.
  void stop();
  /// Nothing of it is left but its memory.
  void end() { alive_ = false; }

  bool alive() const { return alive_; }
  bool accepts() const { return alive_ && !stopping_; }
  bool died_in_commit() const { return store_.died(); }
  bool wants_to_exit() const { return stopping_ && ((ended_ && unanswered_ == 0) || drops_); }
  std::size_t unanswered() const { return unanswered_; }

  /// What cannot be, seen from inside of the process.
  const std::vector<std::string>& violations() const { return violations_; }

 private:
  struct Desk {
    explicit Desk(std::function<void()> wake) : tray(std::move(wake)) {}
    counter::Tray tray;
    std::vector<Request*> gathered;
  };

  void advance();
  void wake();
  void answered(Request& request);
  void swap_two_numbers(const std::vector<Request*>& requests);
  counter::StoreEvents events();

  const unsigned life_;
  const Plan& plan_;
  Timeline& timeline_;
  FaultyStore store_;
  counter::StoreQueue queue_;
  std::deque<Desk> desks_;
  counter::StoreWork work_;
  std::uint64_t submitted_ = 0;
  std::size_t unanswered_ = 0;
  bool idle_ = true;
  bool alive_ = true;
  bool stopping_ = false;
  bool ended_ = false;
  bool drops_ = false;
  bool in_trouble_ = false;
  bool broken_ = false;
  std::vector<std::string> violations_;
};

}  // namespace vc::simulation
