// What one simulated world is like: derived from a seed, made smaller while a failure is sought in it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "simulation/bugs.hpp"

namespace vc::simulation {

struct Plan {
  std::uint64_t seed = 0;
  Bug bug = Bug::none;

  unsigned clients = 1;
  unsigned requests_each = 1;
  unsigned desks = 1;
  unsigned queued_visits_max = 8;

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
  unsigned lost_answer = 0;
  unsigned impossible_answer = 0;
  unsigned death_in_commit = 0;

  // Events in the life of processes, each so many times.
  unsigned stops = 0;
  unsigned kills = 0;
  unsigned power_cuts = 0;
  unsigned rivals = 0;

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
    Knob{"other_counter", &Plan::other_counter, 0},
    Knob{"reads", &Plan::reads, 0},
    Knob{"corrections", &Plan::corrections, 0},
    Knob{"impatience", &Plan::impatience, 0},
    Knob{"slow", &Plan::slow, 0},
    Knob{"full", &Plan::full, 0},
    Knob{"at_limit", &Plan::at_limit, 0},
    Knob{"error_before_commit", &Plan::error_before_commit, 0},
    Knob{"error_at_sync", &Plan::error_at_sync, 0},
    Knob{"lost_answer", &Plan::lost_answer, 0},
    Knob{"impossible_answer", &Plan::impossible_answer, 0},
    Knob{"death_in_commit", &Plan::death_in_commit, 0},
    Knob{"stops", &Plan::stops, 0},
    Knob{"kills", &Plan::kills, 0},
    Knob{"power_cuts", &Plan::power_cuts, 0},
    Knob{"rivals", &Plan::rivals, 0},
};

/// The world of a seed. Each class of faults is switched on or off, and has its own rate.
Plan derive(std::uint64_t seed, Bug bug);

std::string text(const Plan& plan);

}  // namespace vc::simulation
