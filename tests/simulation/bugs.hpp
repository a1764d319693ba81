// Mistakes that the simulation must find. They stand in its own parts, around the classes of the product, and only in
// the program that is built with SIMULATION_OF_BUGS.
#pragma once

#include <array>
#include <string_view>

namespace vc::simulation {

enum class Bug {
  none,
  answers_before_durable,
  counts_on_error,
  is_off_by_one,
  drops_at_stop,
  answers_twice,
  has_two_owners,
  retries_a_failed_batch,
  forgets_the_order,
  answers_after_break,
  forgets_a_refusal,
  takes_unknown_for_not_counted,
  trusts_the_page_cache,
  forgets_to_roll_back,
  loses_a_wake_up,
  has_no_slot_condition,
  takes_unknown_for_not_applied,
  has_few_random_bits,
  creates_without_a_slot,
};

/// What keeps the counts of a world: a file on the disk of one machine, or a table that many writers share.
enum class Store { disk, table };

struct NamedBug {
  Bug bug;
  std::string_view name;
  Store store = Store::disk;
};

inline constexpr std::array all_bugs{
    NamedBug{Bug::answers_before_durable, "answers before it is durable"},
    NamedBug{Bug::counts_on_error, "takes a failed sync for success"},
    NamedBug{Bug::is_off_by_one, "is off by one in the numbers"},
    NamedBug{Bug::drops_at_stop, "drops at a stop what is under way"},
    NamedBug{Bug::answers_twice, "answers twice"},
    NamedBug{Bug::has_two_owners, "lets a second process own the store"},
    NamedBug{Bug::retries_a_failed_batch, "retries a batch whose answer was lost"},
    NamedBug{Bug::forgets_the_order, "forgets the order of arrival"},
    NamedBug{Bug::answers_after_break, "goes on counting after the store broke"},
    NamedBug{Bug::forgets_a_refusal, "forgets to answer what it refused"},
    NamedBug{Bug::takes_unknown_for_not_counted, "takes unknown for not counted"},
    NamedBug{Bug::trusts_the_page_cache, "recovers from the page cache"},
    NamedBug{Bug::forgets_to_roll_back, "forgets to roll back without space"},
    NamedBug{Bug::loses_a_wake_up, "loses a wake-up"},
    NamedBug{Bug::has_no_slot_condition, "writes without the condition of its slot", Store::table},
    NamedBug{Bug::takes_unknown_for_not_applied, "takes unknown for not applied", Store::table},
    NamedBug{Bug::has_few_random_bits, "has 8 random bits in a sequence", Store::table},
    NamedBug{Bug::creates_without_a_slot, "creates without a slot", Store::table},
};

#ifdef SIMULATION_OF_BUGS
inline constexpr bool bugs_can_be_planted = true;
#else
inline constexpr bool bugs_can_be_planted = false;
#endif

}  // namespace vc::simulation
