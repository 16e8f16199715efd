// From an error to what a person sees: the one place that maps codes and reasons to status and
// text.
#pragma once

#include <string>

#include "base/result.h"
#include "portal/page.h"
#include "workflow/request_record.h"

namespace habilitd::portal {

// A page of the texts problem.<key>.*.
struct Problem {
  int status = 500;
  std::string key = "500";
  std::string why;      // a policy's explanation, or more detail for the reader
  std::string back;     // address of the button; the services page when empty
  int retry_after = 0;  // seconds
};
Problem problem_of(const Error&);
Response problem_page(const Visit&, const Problem&);
Response problem_page(const Visit&, const Error&);  // logs faults of ours
Response not_found(const Visit&);

// "Déjà traitée par ... le ...": 409 with what happened meanwhile.
Response handled_page(const Visit&, const workflow::RequestRecord&, const std::string& back);

// The text of an error's reason; values fill {names} of the text.
std::string reason_text(const Visit&, const std::string& reason, const Values& = {});

}  // namespace habilitd::portal
