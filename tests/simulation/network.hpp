// The way to the table and back: it loses, delays and repeats.
#pragma once

#include <deque>
#include <functional>
#include <optional>

#include "simulation/plan.hpp"
#include "simulation/table.hpp"
#include "simulation/timeline.hpp"
#include "store/dynamodb/reply.hpp"

namespace vc::simulation {

using store::dynamodb::Verdict;

/// What a writer asks the table once.
struct Question {
  unsigned life = 0;    // whose it is
  unsigned number = 0;  // of the life's questions
  enum class Kind { update, get } kind = Kind::update;
  Update update;  // of a get: its slot alone
};

struct TableReply {
  Verdict verdict = Verdict::unclear;
  std::optional<Item> item;  // if done; of a condition that failed, where the engine shows it
};

/// A question that was lost, or was applied, may arrive again, long after its writer has ended. A copy does not
/// overtake the question, and nobody on the way repeats one that the table has refused: then the contract could not
/// hold.
class Network final {
 public:
  /// Lifetime: all outlive the network.
  Network(const Plan& plan, Timeline& timeline, Table& table, const Weather& weather)
      : plan_(plan), timeline_(timeline), table_(table), weather_(weather) {}

  void send(const Question& question);

  /// A question is there, or a copy of it.
  void arrive(unsigned index);
  void arrive_again(unsigned index);

  const Question& question(unsigned index) const { return messages_.at(index).question; }
  const TableReply& reply(unsigned index) const { return messages_.at(index).reply; }

  /// What is still under way and nobody waits for, and all copies, come to nothing.
  void clear(const std::function<bool(const Question&)>& awaited);

 private:
  struct Message {
    Question question;
    TableReply reply;
    enum class Fate { under_way, arrived, lost } fate = Fate::under_way;
    bool gone = false;
    bool copies_gone = false;
  };

  bool faulty(unsigned permille) { return weather_ == Weather::faulty && timeline_.dice().chance(permille); }
  void answer(unsigned index, TableReply reply);
  void lose(unsigned index);
  TableReply perform(const Question& question);
  unsigned latest();

  const Plan& plan_;
  Timeline& timeline_;
  Table& table_;
  const Weather& weather_;
  std::deque<Message> messages_;
};

}  // namespace vc::simulation
