// What a table's answer means: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
#pragma once

#include <boost/json/object.hpp>

#include <string>

#include "aws/http.hpp"
#include "counter/store.hpp"

namespace vc::store::dynamodb {

enum class Verdict {
  done,
  condition_failed,
  not_sent,     // it never left us
  throttled,    // certainly not applied; later
  credentials,  // certainly not applied; perhaps with another key, or another clock
  refused,      // certainly not applied, and never will be: the table, or the request, is not as it should be
  unclear,      // it may have been applied
};

struct Reply {
  Verdict verdict = Verdict::unclear;
  counter::StoreError error;  // unless done or the condition failed
  boost::json::object body;   // if done or the condition failed
};

/// An answer over HTTP. The text of errors is kept to their codes: some quote what was signed.
Reply read_reply(const aws::HttpResponse& response);

/// No answer.
Reply read_reply(const aws::HttpFailure& failure);

}  // namespace vc::store::dynamodb
