// What one simulated world is like: derived from a seed, made smaller while a failure is sought in it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "simulation/bugs.hpp"

namespace vc::simulation {

enum class Weather { faulty, fair };

struct Plan {
  std::uint64_t seed = 0;
  Store store = Store::disk;
  Bug bug = Bug::none;

  // Of a disk: who asks the one server.
  unsigned clients = 0;
  unsigned requests_each = 0;
  unsigned desks = 0;
  unsigned queued_visits_max = 0;

  // Of a table: who writes, each a process of its own.
  unsigned writers = 0;
  unsigned batches_each = 0;
  unsigned slots = 0;
  unsigned skew = 0;        // milliseconds: no clock is further ahead
  unsigned ttl_days = 0;    // 0 or 1
  unsigned hides_item = 0;  // 1: a failed condition does not show the item

  // How often things happen that are not plain visits of the main counter, in permille of requests.
  unsigned other_counter = 0;
  unsigned reads = 0;
  unsigned corrections = 0;
  unsigned impatience = 0;

  // Faults of the store, in permille of its commits.
  unsigned slow = 0;
  unsigned full = 0;
  unsigned at_limit = 0;
  unsigned error_before_commit = 0;
  unsigned error_at_sync = 0;
  unsigned error_after_commit = 0;
  unsigned lost_answer = 0;
  unsigned impossible_answer = 0;
  unsigned death_in_commit = 0;

  // Faults of the way to a table, in permille of what is sent.
  unsigned unreachable = 0;
  unsigned throttled = 0;
  unsigned lost_request = 0;
  unsigned late_copy = 0;

  // Events in the life of processes and of a record, each so many times.
  unsigned stops = 0;
  unsigned kills = 0;
  unsigned power_cuts = 0;
  unsigned rivals = 0;
  unsigned days = 0;             // pass in a moment
  unsigned deletions = 0;        // of the record
  unsigned lost_counts = 0;      // the record stays, without its count
  unsigned plain_additions = 0;  // by the original program

  bool planted(Bug which) const { return bugs_can_be_planted && bug == which; }
};

struct Knob {
  std::string_view name;
  unsigned Plan::* value;
  unsigned least;
};

inline constexpr std::array knobs{
    Knob{"clients", &Plan::clients, 1},
    Knob{"requests_each", &Plan::requests_each, 1},
    Knob{"desks", &Plan::desks, 1},
    Knob{"queued_visits_max", &Plan::queued_visits_max, 1},
    Knob{"writers", &Plan::writers, 1},
    Knob{"batches_each", &Plan::batches_each, 1},
    Knob{"slots", &Plan::slots, 1},
    Knob{"skew", &Plan::skew, 0},
    Knob{"ttl_days", &Plan::ttl_days, 0},
    Knob{"hides_item", &Plan::hides_item, 0},
    Knob{"other_counter", &Plan::other_counter, 0},
    Knob{"reads", &Plan::reads, 0},
    Knob{"corrections", &Plan::corrections, 0},
    Knob{"impatience", &Plan::impatience, 0},
    Knob{"slow", &Plan::slow, 0},
    Knob{"full", &Plan::full, 0},
    Knob{"at_limit", &Plan::at_limit, 0},
    Knob{"error_before_commit", &Plan::error_before_commit, 0},
    Knob{"error_at_sync", &Plan::error_at_sync, 0},
    Knob{"error_after_commit", &Plan::error_after_commit, 0},
    Knob{"lost_answer", &Plan::lost_answer, 0},
    Knob{"impossible_answer", &Plan::impossible_answer, 0},
    Knob{"death_in_commit", &Plan::death_in_commit, 0},
    Knob{"unreachable", &Plan::unreachable, 0},
    Knob{"throttled", &Plan::throttled, 0},
    Knob{"lost_request", &Plan::lost_request, 0},
    Knob{"late_copy", &Plan::late_copy, 0},
    Knob{"stops", &Plan::stops, 0},
    Knob{"kills", &Plan::kills, 0},
    Knob{"power_cuts", &Plan::power_cuts, 0},
    Knob{"rivals", &Plan::rivals, 0},
    Knob{"days", &Plan::days, 0},
    Knob{"deletions", &Plan::deletions, 0},
    Knob{"lost_counts", &Plan::lost_counts, 0},
    Knob{"plain_additions", &Plan::plain_additions, 0},
};

/// The world of a seed, around this store. Each class of faults is switched on or off, and has its own rate.
Plan derive(Store store, std::uint64_t seed, Bug bug);

std::string text(const Plan& plan);

}  // namespace vc::simulation
