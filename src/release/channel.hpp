// A connection between two processes of one user on one machine: messages whole and in order, descriptors beside them.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "base/result.hpp"
#include "release/message.hpp"

namespace vc::release {

struct Received {
  Message message;
  std::vector<FileDescriptor> descriptors;
};

/// A Unix socket of whole messages (SOCK_SEQPACKET). Nothing blocks but what is given patience. Thread: one at a time.
class Channel final {
 public:
  explicit Channel(FileDescriptor socket) : socket_(std::move(socket)) {}

  /// Two ends, for tests.
  static Result<std::pair<Channel, Channel>> pair();

  /// Waits so long for room in the other end's queue. Errors: it is gone, or so far behind that there is none.
  [[nodiscard]] Result<void> send(const Message& message, std::span<const int> descriptors = {},
                                  std::chrono::milliseconds patience = {}) const;

  /// The next message, nullopt if there is none yet. Errors: the other end is gone, or sent what is no message.
  Result<std::optional<Received>> receive() const;

  /// The same, waiting for one. Errors: also that none came.
  Result<Received> receive_within(std::chrono::milliseconds patience) const;

  /// Whether the other end is closed. Messages may still be there.
  bool ended() const;

  /// For both ends, also where a descriptor of it is still open. What was sent before still comes.
  void end() const;

  int descriptor() const { return socket_.get(); }

 private:
  FileDescriptor socket_;
};

/// Where the owner of a store listens: a socket in a directory beside the store's file, which is this user's alone.
std::filesystem::path control_directory(const std::filesystem::path& store_file);

/// A socket that listens there, in the place of what an owner that was killed has left.
Result<FileDescriptor> listen_for_control(const std::filesystem::path& directory);

/// Takes it away. Requires: the lock of the store.
void leave_control(const std::filesystem::path& store_file);

/// The next that connects, nullopt if there is none. Errors: it is neither this user's nor root's.
Result<std::optional<Channel>> accept_control(int listener);

/// nullopt: nobody listens.
Result<std::optional<Channel>> connect_control(const std::filesystem::path& directory);

/// A descriptor of this process that tells others when it ends, and lets them end it (pidfd_open(2)).
Result<FileDescriptor> own_process();

/// Ends the process at once.
void kill_process(int process);

/// Waits so long until it has ended. False: it has not.
bool await_end(int process, std::chrono::milliseconds patience);

/// Its pid, for the eyes of people. 0: it is gone.
pid_t pid_of(int process);

}  // namespace vc::release
