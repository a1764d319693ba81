// The command line: which command, with which settings.
#pragma once

namespace vc::app {

/// Runs the command that the arguments name. Gives the exit code: 0 done, 1 failed, 2 wrong usage.
int run(int argc, const char* const* argv, const char* const* environment);

}  // namespace vc::app
